"""Times of cron expressions, as each of them says them."""
