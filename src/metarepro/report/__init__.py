"""The HTML report: what stands on its pages."""
