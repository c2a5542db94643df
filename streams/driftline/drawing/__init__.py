"""What the live page and the report draw with: values, charts and tables as HTML, escaped by construction."""
