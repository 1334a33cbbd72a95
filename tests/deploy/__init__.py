"""What stands beside the board on a real machine: proxy, services, backups, papers."""
