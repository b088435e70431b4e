"""What clients ask over HTTP without a browser."""
