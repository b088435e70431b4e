"""Search over the real catalogue or a made one: made, asked, measured."""
