"""What several pages share: choices, titles, verdicts, addresses, languages, and what is loaded once."""
