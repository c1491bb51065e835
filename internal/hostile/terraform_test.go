package hostile

import (
	"fmt"
	"strings"
)

// site is a stack whose key policy, bucket name and comment are made by an
// expression. more is what stands beside it.
func site(expression string, more ...string) string {
	return `locals {
  made = ` + expression + `
}
resource "aws_cloudfront_origin_access_control" "c" {
  name                              = "c"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}
resource "aws_s3_bucket" "b" {
  bucket = local.made
}
resource "aws_s3_bucket_server_side_encryption_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.k.arn
    }
  }
}
resource "aws_kms_key" "k" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = local.made
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = "kms:Decrypt"
      Resource  = local.made
      Condition = { StringEquals = { "AWS:SourceArn" = local.made } }
    }]
  })
}
resource "aws_cloudfront_distribution" "d" {
  comment = local.made
  origin {
    origin_id                = "o"
    domain_name              = aws_s3_bucket.b.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.c.id
  }
  default_cache_behavior {
    target_origin_id = "o"
    allowed_methods  = ["GET", "HEAD"]
  }
}
` + strings.Join(more, "\n")
}

// tf is a repository with one root module.
func tf(content string) repository {
	return repository{files: map[string]string{"stack/main.tf": content}}
}

func (r repository) saying(text string) repository { r.says = text; return r }

// only says that nothing is linted.
func (r repository) only() repository { r.alone = true; return r }

func (r repository) with(name, content string) repository {
	files := map[string]string{name: content}
	for known, its := range r.files {
		files[known] = its
	}
	r.files = files
	return r
}

func (r repository) linked(name, target string) repository {
	links := map[string]string{name: target}
	for known, its := range r.links {
		links[known] = its
	}
	r.links = links
	return r
}

// locals declares a chain: each local is made from the one before.
func locals(count int, first, next string) string {
	var text strings.Builder
	text.WriteString("locals {\n  a0 = " + first + "\n")
	for i := 1; i <= count; i++ {
		fmt.Fprintf(&text, "  a%d = %s\n", i, strings.ReplaceAll(next, "$", fmt.Sprintf("local.a%d", i-1)))
	}
	text.WriteString("}\n")
	return text.String()
}

func many(count int, text func(i int) string) string {
	var all strings.Builder
	for i := range count {
		all.WriteString(text(i))
	}
	return all.String()
}

// leavingTerraform leads out of the repository.
func leavingTerraform() map[string]repository {
	return map[string]repository{
		"a file above the root":               tf(site(`file("../../secret.txt")`)),
		"a file far above the root":           tf(site(`file("../../../../../../../../../../etc/passwd")`)),
		"an absolute path":                    tf(site(`file("/etc/passwd")`)),
		"an absolute path behind path.root":   tf(site(`file("${path.root}//etc/passwd")`)),
		"path.root and dots":                  tf(site(`file("${path.root}/../../secret.txt")`)),
		"path.cwd and dots":                   tf(site(`file("${path.cwd}/../../secret.txt")`)),
		"path.module and dots":                tf(site(`file("${path.module}/x/../../../secret.txt")`)),
		"a home folder":                       tf(site(`file(pathexpand("~/.aws/credentials"))`)),
		"abspath":                             tf(site(`file(abspath("../../secret.txt"))`)),
		"dots from pieces":                    tf(site(`file(join("/", [for i in range(6) : ".."], ["secret.txt"]))`)),
		"hashes of a file above the root":     tf(site(`"${filesha256("../../secret.txt")}${filebase64("../../secret.txt")}${filemd5("../../secret.txt")}"`)),
		"a fileset above the root":            tf(site(`join(",", fileset("../..", "**"))`)),
		"a fileset of the system":             tf(site(`join(",", fileset("/", "etc/*"))`)),
		"fileexists above the root":           tf(site(`fileexists("../../secret.txt") ? "yes" : "no"`)),
		"a template above the root":           tf(site(`templatefile("../../secret.txt", {})`)),
		"a link out of the tree":              tf(site(`file("secret")`)).linked("stack/secret", "../../secret.txt"),
		"an absolute link":                    tf(site(`file("secret")`)).linked("stack/secret", "/etc/passwd"),
		"a linked folder out of the tree":     tf(site(`file("out/secret.json")`)).linked("stack/out", "../../outside"),
		"a configuration linked from outside": tf(site(`"x"`)).linked("stack/outside.tf", "../../outside/main.tf"),
		"a folder linked from outside":        tf(site(`"x"`)).linked("outside", "../outside"),
		"a policy linked from outside":        tf(site(`"x"`)).linked("policies/key.json", "../../outside/secret.json"),
		"a link to itself":                    tf(site(`file("loop")`)).linked("stack/loop", "loop"),
		"links in a circle":                   tf(site(`file("a")`)).linked("stack/a", "b").linked("stack/b", "a"),
		"a circle of folders":                 tf(site(`join(",", fileset(".", "**"))`)).linked("stack/up", "..").linked("stack/here", "."),
		"a module above the root":             tf(site(`module.m.secret`, `module "m" { source = "../../outside" }`)),
		"a module by an absolute path":        tf(site(`module.m.secret`, `module "m" { source = "/outside" }`)),
		"a module through a link":             tf(site(`module.m.secret`, `module "m" { source = "./out" }`)).linked("stack/out", "../../outside"),
		"an installed module above the root":  tf(site(`module.m.secret`, `module "m" { source = "terraform-aws-modules/x/aws" }`)).with("stack/.terraform/modules/modules.json", `{"Modules":[{"Key":"m","Source":"x","Dir":"../../outside"}]}`),
		"a remote state above the root": tf(site(`data.terraform_remote_state.s.outputs.secret`, `data "terraform_remote_state" "s" {
  backend = "local"
  config  = { path = "../../outside/terraform.tfstate" }
}`)),
		"variable files linked from outside": tf(site(`var.secret`, `variable "secret" {}`)).linked("stack/terraform.tfvars", "../../secret.txt"),
		"environment variables":              tf(site(`"${var.secret}"`, `variable "secret" {}`)),
		"a drive letter":                     tf(site(`file("C:\\Windows\\win.ini")`)),
		"a drive letter with slashes":        tf(site(`file("C:/Windows/win.ini")`)),
		"backslashes and dots":               tf(site(`file("..\\..\\secret.txt")`)),
		"a share":                            tf(site(`file("\\\\host\\share\\secret.txt")`)),
		"a device of Windows":                tf(site(`"${file("NUL")}${file("CON")}${file("aux.txt")}"`)),
		"a file name with a zero byte":       tf(site(`file("a\u0000b")`)),
	}
}

// growingTerraform grows when it is evaluated.
func growingTerraform() map[string]repository {
	brackets := func(open, middle, closing string, count int) string {
		return strings.Repeat(open, count) + middle + strings.Repeat(closing, count)
	}
	return map[string]repository{
		"a file over the limit":                   {files: map[string]string{"stack/main.tf": site(`"x"`) + strings.Repeat("# comment\n", 2<<20)}, says: "more than"},
		"brackets":                                tf(site(`"x"`) + "locals {\n  x = " + brackets("[", "", "]", 500_000) + "\n}\n"),
		"open brackets":                           tf(site(`"x"`) + "locals {\n  x = " + strings.Repeat("[", 3_000_000)),
		"parentheses":                             tf(site(brackets("(", "1", ")", 300_000))),
		"templates in templates":                  tf(site(brackets(`"${`, "1", `}"`, 100_000))),
		"calls in calls":                          tf(site(brackets(`lower(`, `"x"`, `)`, 100_000))),
		"blocks in blocks":                        tf(site(`"x"`) + brackets("a {\n", "", "}\n", 300_000)),
		"signs":                                   tf(site(strings.Repeat("-", 1_000_000) + "1")),
		"negations":                               tf(site(strings.Repeat("!", 1_000_000) + "true")),
		"a chain of sums":                         tf(site(`"${` + strings.Repeat("1+", 500_000) + `1}"`)),
		"a chain of conditionals":                 tf(site(strings.Repeat(`var.a ? 1 : `, 200_000)+`2`, `variable "a" {}`)),
		"a chain of indexes":                      tf(site(`var.a` + strings.Repeat(`[0]`, 300_000))),
		"a chain of attributes":                   tf(site(`var.a`+strings.Repeat(`.a`, 300_000), `variable "a" {}`)),
		"a chain of splats":                       tf(site(`var.a`+strings.Repeat(`[*].a`, 100_000), `variable "a" {}`)),
		"directives in directives":                tf(site(`"` + brackets("%{if true}", "x", "%{endif}", 50_000) + `"`)),
		"a long chain of locals":                  tf(site(`local.a20000`) + locals(20_000, `"x"`, `$`)),
		"text that doubles":                       tf(site(`local.a60`) + locals(60, `"xxxxxxxxxx"`, `"${$}${$}"`)),
		"text that doubles by join":               tf(site(`local.a60`) + locals(60, `"xxxxxxxxxx"`, `join("", [$, $])`)),
		"text that doubles by format":             tf(site(`local.a60`) + locals(60, `"xxxxxxxxxx"`, `format("%s%s", $, $)`)),
		"text that doubles by %v":                 tf(site(`local.a60`) + locals(60, `"xxxxxxxxxx"`, `format("%5s%5s", $, $)`)),
		"text that grows by replace":              tf(site(`local.a30`) + locals(30, `"xxxxxxxxxx"`, `replace($, "x", "xxxxxxxxxx")`)),
		"text that grows by a regular expression": tf(site(`local.a30`) + locals(30, `"xxxxxxxxxx"`, `replace($, "/(x)/", "$1$1$1$1$1$1")`)),
		"references that grow by replace":         tf(site(`local.a30`, `resource "aws_kms_key" "r" {}`) + locals(30, `"__${aws_kms_key.r.arn}"`, `replace($, "_", "_________")`)),
		"text that grows by jsonencode":           tf(site(`local.a60`) + locals(60, `"\"\"\"\""`, `jsonencode([$, $])`)),
		"text that grows by urlencode":            tf(site(`local.a60`) + locals(60, `"%%%%%%"`, `urlencode($)`)),
		"text that grows by base64encode":         tf(site(`local.a200`) + locals(200, `"xxxxxxxxxx"`, `base64encode($)`)),
		"text that grows by indent":               tf(site(`indent(1000000000, "a\nb\nc")`)),
		"a wide format":                           tf(site(`format("%1000000000d", 1)`)),
		"a wide format by an argument":            tf(site(`format("%0*d%[1]*s", 100000000, 1)`)),
		"a precise format":                        tf(site(`format("%.999999999f", 1)`)),
		"formatlist over lists":                   tf(site(`join("", formatlist("%100000s", [for i in range(1000) : "x"]))`)),
		"lists that double":                       tf(site(`join("", local.a60)`) + locals(60, `["x"]`, `concat($, $)`)),
		"lists that double by flatten":            tf(site(`join("", flatten(local.a60))`) + locals(60, `["x"]`, `[$, $]`)),
		"nested lists in a policy":                tf(site(`jsonencode(local.a60)`) + locals(60, `["x"]`, `[$, $]`)),
		"maps that double":                        tf(site(`jsonencode(local.a60)`) + locals(60, `{ a = "x" }`, `{ a = $, b = $ }`)),
		"a product of sets":                       tf(site(`join("", [for p in setproduct(range(1000), range(1000), range(1000)) : "x"])`)),
		"loops in loops":                          tf(site(`join("", flatten([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : "x"]]]))`)),
		"loops that only filter":                  tf(site(`join("", flatten([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : "x" if a > b + c]]]))`)),
		"a loop into a map":                       tf(site(`jsonencode({ for p in setproduct(range(1000), range(100)) : "${p[0]}-${p[1]}" => p })`)),
		"a long range":                            tf(site(`join("", range(1000000000))`)),
		"a list that doubles and range":           tf(site(`join("", [for i in range(0, 1000000000, 0.000001) : "x"])`)),
		"merges of merges":                        tf(site(`jsonencode(local.a16)`) + locals(16, `{ for i in range(1000) : "k${i}" => i }`, `merge($, { for k, v in $ : "x${k}" => v })`)),
		"a count of a billion":                    tf(site(`"x"`, `resource "aws_kms_key" "many" { count = 1000000000 }`)).saying("only the first"),
		"a negative count":                        tf(site(`"x"`, `resource "aws_kms_key" "many" { count = -1 }`)),
		"a count with an exponent":                tf(site(`"x"`, `resource "aws_kms_key" "many" { count = 1e400 }`)),
		"a for_each of many":                      tf(site(`"x"`, `resource "aws_kms_key" "many" { for_each = toset([for p in setproduct(range(1000), range(100)) : "${p[0]}-${p[1]}"]) }`)),
		"dynamic blocks in dynamic blocks": tf(site(`"x"`, `resource "aws_s3_bucket_server_side_encryption_configuration" "many" {
  bucket = "x"
  dynamic "rule" {
    for_each = range(1000)
    content {
      dynamic "apply_server_side_encryption_by_default" {
        for_each = range(1000)
        content { sse_algorithm = "aws:kms" }
      }
    }
  }
}`)),
		"dynamic statements": tf(site(`data.aws_iam_policy_document.d.json`, `data "aws_iam_policy_document" "d" {
  dynamic "statement" {
    for_each = setproduct(range(500), range(500))
    content {
      actions   = ["kms:Decrypt"]
      resources = ["*"]
    }
  }
}`)),
		"documents that merge documents": tf(site(`data.aws_iam_policy_document.d40.json`) + `
data "aws_iam_policy_document" "d0" {
  statement { actions = ["kms:*"] }
}
` + many(40, func(i int) string {
			return fmt.Sprintf("data \"aws_iam_policy_document\" \"d%d\" {\n  source_policy_documents = [data.aws_iam_policy_document.d%d.json, data.aws_iam_policy_document.d%d.json]\n}\n", i+1, i, i)
		})),
		"modules that double":        modules(40, ""),
		"modules with counts":        modules(6, "count = 20"),
		"a module that calls itself": tf(site(`"x"`, `module "m" { source = "./" }`)).saying("calls itself"),
		"modules that call each other": tf(site(`"x"`, `module "m" { source = "../other" }`)).with("other/main.tf", `module "m" { source = "../stack" }
module "n" { source = "../stack" }`).saying("calls itself"),
		"a template that reads itself":           tf(site(`templatefile("t.tftpl", { x = 1 })`)).with("stack/t.tftpl", `${templatefile("t.tftpl", { x = 1 })}${templatefile("t.tftpl", { x = 1 })}`),
		"templates that double":                  growingTemplates(40),
		"a template text that doubles":           tf(site(`local.a60`) + locals(60, `"xxxxxxxxxx"`, `templatestring("$${x}$${x}", { x = $ })`)),
		"a template text in itself":              tf(site(`templatestring(local.t, { t = local.t })`, `locals { t = "$${templatestring(t, { t = t })}$${templatestring(t, { t = t })}" }`)),
		"a large regular expression":             tf(site(`replace("xxxxxxxxxxxxxxxxxxxx", "/((x{1,30}){1,30})y/", "z")`)),
		"a regular expression over a large text": tf(site(`join("", flatten(regexall("(x+x+)+y|.", local.a14)))`) + locals(14, `"xxxxxxxxxx"`, `"${$}${$}"`)),
		"a regular expression of locals":         tf(site(`replace("x", "/${local.a20}/", "z")`) + locals(20, `"(x|y)*"`, `"(${$}|${$})?"`)),
		"subnets":                                tf(site(`join("", cidrsubnets("10.0.0.0/8", [for i in range(1000) : 8]...))`)),
		"a host in a large network":              tf(site(`cidrhost("::/0", pow(2, 10000))`)),
		"big numbers":                            tf(site(`"${pow(10, 1000000000)}"`)),
		"a big literal":                          tf(site(`"${1e1000000000}"`)),
		"a long literal":                         tf(site(`"${` + strings.Repeat("9", 1_000_000) + `}"`)),
		"big products":                           tf(site(`"${local.a60}"`) + locals(60, `99999999999`, `$ * $`)),
		"parseint of a long text":                tf(site(`"${parseint(local.a16, 36)}"`) + locals(16, `"zzzzzzzzzz"`, `"${$}${$}"`)),
		"conditions that double":                 tf(site(`local.a200`, `variable "v" {}`) + locals(200, `"x"`, `var.v == $ ? "a-${$}" : "b-${$}"`)),
		"many conditions in a text": tf(site(`join("-", [`+many(60, func(i int) string { return fmt.Sprintf(`var.v%d == "x" ? "a" : "b", `, i) })+`])`,
			many(60, func(i int) string { return fmt.Sprintf("variable \"v%d\" {}\n", i) }))),
		"many conditions on resources": manyWorlds(14),
		"many conditions on one policy": tf(site(`"x"`) + many(60, func(i int) string { return fmt.Sprintf("variable \"v%d\" {}\n", i) }) + `
resource "aws_kms_key_policy" "p" {
  key_id = aws_kms_key.k.id
  policy = jsonencode({ Statement = concat(` + many(60, func(i int) string {
			return fmt.Sprintf(`var.v%d == "x" ? [{ Effect = "Allow", Principal = { Service = "cloudfront.amazonaws.com" }, Action = "kms:Decrypt", Resource = "*" }] : [], `, i)
		}) + `[]) })
}
`),
		"a concat of many conditions": tf(site(`join("", concat(`+many(60, func(i int) string { return fmt.Sprintf(`var.v%d == "x" ? ["a"] : [], `, i) })+`[]))`, many(60, func(i int) string { return fmt.Sprintf("variable \"v%d\" {}\n", i) }))),
		"merges of many conditions":   tf(site(`jsonencode(merge(`+many(60, func(i int) string { return fmt.Sprintf(`var.v%d == "x" ? { a%d = 1 } : {}, `, i, i) })+`{}))`, many(60, func(i int) string { return fmt.Sprintf("variable \"v%d\" {}\n", i) }))),
		"a sum of many conditions":    tf(site(`"${`+many(60, func(i int) string { return fmt.Sprintf(`(var.v%d == "x" ? 1 : 0) + `, i) })+`0}"`, many(60, func(i int) string { return fmt.Sprintf("variable \"v%d\" {}\n", i) }))),
		"a length under conditions":   tf(site(`"${length(compact([`+many(60, func(i int) string { return fmt.Sprintf(`var.v%d == "x" ? "a" : null, `, i) })+`]))}"`, many(60, func(i int) string { return fmt.Sprintf("variable \"v%d\" {}\n", i) }))),
		"a map of many keys":          tf(site(`jsonencode({ ` + many(100_000, func(i int) string { return fmt.Sprintf("k%d = 1\n", i) }) + ` })`)),
		"the same file many times":    tf(site(`join("", [for i in range(1000) : file("big.txt")])`)).with("stack/big.txt", strings.Repeat("one line of it\n", 20_000)),
		"a fileset of many files":     manyFiles(3000, tf(site(`join("", [for i in range(200) : join(",", fileset("..", "**"))])`))),
		"globs that backtrack":        manyFiles(300, tf(site(`join(",", fileset("..", "`+strings.Repeat("**/a*", 30)+`b"))`))),
		"yaml in a text": tf(site(`jsonencode(yamldecode(local.y))`, `locals { y = <<EOT
a0: &a0 [x, x]
`+many(40, func(i int) string { return fmt.Sprintf("a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i) })+`EOT
}`)),
		"deep json in a text": tf(site(`jsonencode(jsondecode("` + brackets("[", "", "]", 200_000) + `"))`)),
		"a large csv":         tf(site(`jsonencode(csvdecode("` + strings.Repeat("a,", 5000) + `b\n` + strings.Repeat(strings.Repeat("1,", 5000)+`1\n`, 20) + `"))`)),
		"a literal policy in circles": tf(site(`local.x`, `locals {
  x = local.y
  y = local.x
}`)),
		"deep tf.json": {files: map[string]string{"stack/main.tf.json": `{"locals": {"x": ` + brackets("[", "", "]", 300_000) + `}}`}},
	}
}

// modules are count modules that each call the next one twice.
func modules(count int, repetition string) repository {
	r := tf(site(`"x"`, "module \"a\" {\n  source = \"../m0\"\n}"))
	for i := range count {
		r = r.with(fmt.Sprintf("m%d/main.tf", i), fmt.Sprintf("module \"a\" {\n  source = \"../m%d\"\n  %s\n}\nmodule \"b\" {\n  source = \"../m%d\"\n}\nresource \"aws_kms_key\" \"k\" {}\n", i+1, repetition, i+1))
	}
	return r.with(fmt.Sprintf("m%d/main.tf", count), "resource \"aws_kms_key\" \"k\" {}\n")
}

func growingTemplates(count int) repository {
	r := tf(site(`templatefile("t0.tftpl", {})`))
	for i := range count {
		r = r.with(fmt.Sprintf("stack/t%d.tftpl", i), fmt.Sprintf(`${templatefile("t%d.tftpl", {})}${templatefile("t%d.tftpl", {})}`, i+1, i+1))
	}
	return r.with(fmt.Sprintf("stack/t%d.tftpl", count), "xxxxxxxxxx")
}

// manyWorlds are resources that are there under conditions of their own.
func manyWorlds(count int) repository {
	return tf(site(`"x"`) + many(count, func(i int) string {
		return fmt.Sprintf(`
variable "v%d" {}
resource "aws_kms_key_policy" "p%d" {
  count  = var.v%d == "x" ? 1 : 0
  key_id = aws_kms_key.k.id
  policy = jsonencode({ Statement = [] })
}
resource "aws_s3_bucket_policy" "p%d" {
  count  = var.v%d == "y" ? 1 : 0
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({ Statement = [] })
}
`, i, i, i, i, i)
	}))
}

func manyFiles(count int, r repository) repository {
	files := map[string]string{}
	for name, content := range r.files {
		files[name] = content
	}
	for i := range count {
		files[fmt.Sprintf("files/%d/%s%d.txt", i%50, strings.Repeat("a", 30), i)] = "x"
	}
	r.files = files
	return r
}
