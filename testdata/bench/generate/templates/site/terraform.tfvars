environment = "production"
log_days    = 90
