"""Speed against other libraries, run by hand (`make bench`); see CONTRIBUTING.md."""
