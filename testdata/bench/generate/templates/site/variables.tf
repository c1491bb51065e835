variable "site" {
  description = "the name of the site"
  type        = string
  default     = "[[ .Name ]]"
}

variable "environment" {
  description = "where the site runs"
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "The environment is staging or production."
  }
}

variable "aliases" {
  description = "the host names of the site"
  type        = list(string)
  default     = []
}

variable "log_days" {
  description = "how long logs are kept"
  type        = number
  default     = 30
}
