# The worker and the command line in one image: two stages, no compiler and no root in the second. It runs with a read-only root:
# nothing is kept outside of Kafka; /tmp is all it writes to. What is installed is locked, with hashes (make lock).
# Pinned by version; for a digest: docker build --build-arg PYTHON=python:3.12-slim@sha256:…
ARG PYTHON=python:3.12-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /src
COPY requirements requirements
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/build.txt \
 && python -m venv /opt/driftline \
 && /opt/driftline/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/product.txt
COPY pyproject.toml README.md LICENSE ./
COPY streams streams
RUN pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /tmp/wheel . \
 && /opt/driftline/bin/pip install --quiet --no-deps --no-index /tmp/wheel/*.whl

FROM ${PYTHON}
COPY --from=build /opt/driftline /opt/driftline
RUN useradd --system --uid 10001 --no-create-home --home-dir /tmp driftline
ENV PATH=/opt/driftline/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /tmp
EXPOSE 9109
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('DRIFTLINE__METRICS__PORT', '9109') + '/live', timeout=2)"]
ENTRYPOINT ["driftline"]
CMD ["worker"]
