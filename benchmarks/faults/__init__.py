"""Kill processes at random while much is crawled, and see that nothing is lost or doubled."""
