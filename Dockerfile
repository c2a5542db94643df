# The worker and the command line in one image: two stages, no compiler and no root in the second.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY streams streams
RUN python -m venv /opt/driftline \
 && /opt/driftline/bin/pip install --no-cache-dir --disable-pip-version-check '.[baseline]'

FROM python:3.12-slim
COPY --from=build /opt/driftline /opt/driftline
RUN useradd --system --create-home --home-dir /var/lib/driftline driftline
ENV PATH=/opt/driftline/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DRIFTLINE__DRIFTLINE__DATA_DIR=/var/lib/driftline/data
USER driftline
WORKDIR /var/lib/driftline
EXPOSE 9109
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9109/live', timeout=2)"]
ENTRYPOINT ["driftline"]
CMD ["worker"]
