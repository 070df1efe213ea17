"""A sheet taken apart by its accounts, and each account planned: one plan to approve."""
