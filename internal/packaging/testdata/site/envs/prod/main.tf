module "site" {
  source = "../../modules/site"
  name   = "example-assets"
}
