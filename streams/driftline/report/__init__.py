"""The report of a window, a day, a week or an incident: what was judged, as one HTML file or as Markdown."""
