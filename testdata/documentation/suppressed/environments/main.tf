module "sandbox" {
  for_each = toset(["course", "workshop"])
  source   = "../modules/sandbox"
}
