package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/originkey/originkey/internal/source"
)

const whole = `account: "011122223333"
region: us-east-1
partition: aws
trusted_accounts:
  - "444455556666"
assume: false
fail-on: error
exclude:
  - vendor/**
policies:
  - file: policies/cdn-key.json
    key: alias/cdn
  - file: policies/site.json
    bucket: example-site
buckets:
  - bucket: example-site
    key: alias/cdn
rules:
  decrypt-on-all-keys: off
  public-decrypt: note
ignores:
  - rule: public-decrypt
    reason: the key is public
    until: 2026-12-31
    file: infra/**/*.tf
    address: module.site["a"].aws_kms_key.cdn
    sid: AllowAll
  - {rule: [a, b], reason: why}
rule_folders: [policies/rules/]
roots:
  - path: infra/prod
    var_files: [infra/prod/eu.tfvars]
    variables:
      grant: true
      names: [a, b]
templates:
  - path: stacks/site.yaml
    parameters: stacks/site.json
  - path: stacks/key.yaml
    parameters:
      Grant: "yes"
      Count: 2
      Names: [a, b]
      Empty: ""
distributions:
  infra/prod#aws_cloudfront_distribution.cdn: E1EXAMPLE
identities:
  aws_cloudfront_origin_access_identity.cdn: E2EXAMPLE
`

func TestParse(t *testing.T) {
	c, err := Parse(source.NewFile(Name, []byte(whole)))
	if err != nil {
		t.Fatal(err)
	}
	for name, texts := range map[string][2]string{
		"account":      {c.Account.Text, "011122223333"},
		"region":       {c.Region.Text, "us-east-1"},
		"partition":    {c.Partition.Text, "aws"},
		"trusted":      {c.TrustedAccounts[0].Text, "444455556666"},
		"assume":       {c.Assume.Text, "false"},
		"fail-on":      {c.FailOn.Text, "error"},
		"exclude":      {c.Exclude[0].Text, "vendor/**"},
		"file":         {c.Policies[0].File.Text, "policies/cdn-key.json"},
		"key":          {c.Policies[0].Key.Text, "alias/cdn"},
		"bucket":       {c.Policies[1].Bucket.Text, "example-site"},
		"its key":      {c.Buckets[0].Key.Text, "alias/cdn"},
		"address":      {c.Distributions[0].Address.Text, "infra/prod#aws_cloudfront_distribution.cdn"},
		"distribution": {c.Distributions[0].ID.Text, "E1EXAMPLE"},
		"identity":     {c.Identities[0].ID.Text, "E2EXAMPLE"},
		"rule":         {c.Rules[0].Name.Text + " " + c.Rules[0].Level.Text, "decrypt-on-all-keys off"},
		"its place":    {c.Rules[1].Name.Location.String(), ".originkey.yaml:20:3"},
		"ignore":       {fmt.Sprint(c.Ignores[0].Rules[0].Text, c.Ignores[0].Reason, c.Ignores[0].Until, c.Ignores[0].File, c.Ignores[0].Address, c.Ignores[0].Sid), `public-decryptthe key is public2026-12-31infra/**/*.tfmodule.site["a"].aws_kms_key.cdnAllowAll`},
		"rules":        {c.Ignores[1].Rules[0].Text + c.Ignores[1].Rules[1].Text, "ab"},
		"rule folder":  {c.RuleFolders[0].Text, "policies/rules"},
		"root":         {c.Roots[0].Path.Text, "infra/prod"},
		"var file":     {c.Roots[0].VarFiles[0].Text, "infra/prod/eu.tfvars"},
		"variable":     {c.Roots[0].Variables[0].Name.Text + " " + c.Roots[0].Variables[0].Value.Text, "grant true"},
		"template":     {c.Templates[0].Path.Text + " " + c.Templates[0].ParameterFile.Text, "stacks/site.yaml stacks/site.json"},
		"parameters":   {fmt.Sprint(texts(c.Templates[1].Parameters)), "[Grant=yes Count=2 Names=a,b Empty=]"},
		"place":        {c.Policies[0].Key.Location.String(), ".originkey.yaml:12:10"},
	} {
		if texts[0] != texts[1] {
			t.Errorf("%s is %q, want %q", name, texts[0], texts[1])
		}
	}
}

func texts(parameters []Parameter) []string {
	var all []string
	for _, parameter := range parameters {
		all = append(all, parameter.Name.Text+"="+parameter.Value.Text)
	}
	return all
}

// wrongTexts are configurations with what is wrong with them.
var wrongTexts = map[string]string{
	"polices: []":                          ".originkey.yaml:1:1: the configuration has no key polices; did you mean policies?",
	"colour: red":                          ".originkey.yaml:1:1: the configuration has no key colour; it has account, assume, buckets, distributions, exclude, fail-on, identities, ignores, limits, partition, policies, region, roots, rule_folders, rules, templates, trusted_accounts",
	"- a":                                  ".originkey.yaml:1:1: the configuration has to be a mapping with the keys account, assume, buckets, distributions, exclude, fail-on, identities, ignores, limits, partition, policies, region, roots, rule_folders, rules, templates, trusted_accounts",
	"region: us-east-1\nregion: eu-west-1": ".originkey.yaml:2:1: region is written twice, here and in line 1",
	"account: 111122223333":                ".originkey.yaml:1:10: expected 12 digits in quotes, not 111122223333",
	"assume: 'true'":                       ".originkey.yaml:1:9: expected true or false",
	"ignores: [{rule: a, reason: w, sid: 12}]":         `.originkey.yaml:1:37: expected text; write it in quotes: "12"`,
	"templates: [{path: a, parameters: {a: [1, '']}}]": ".originkey.yaml:1:43: expected text that is not empty",
	"account: 1112":                                 ".originkey.yaml:1:10: expected 12 digits in quotes, not 1112",
	"trusted_accounts: ['1']":                       ".originkey.yaml:1:20: expected 12 digits in quotes, not 1",
	"account: [a]":                                  ".originkey.yaml:1:10: expected text",
	"account:":                                      ".originkey.yaml:1:9: expected text",
	"account: ''":                                   ".originkey.yaml:1:10: expected text that is not empty",
	"region: Ireland":                               ".originkey.yaml:1:9: expected a Region such as us-east-1, not Ireland",
	"partition: china":                              ".originkey.yaml:1:12: expected one of aws, aws-cn, aws-us-gov, not china",
	"assume: maybe":                                 ".originkey.yaml:1:9: expected true or false",
	"fail-on: info":                                 ".originkey.yaml:1:10: expected one of note, warning, error, never, not info",
	"exclude: a":                                    ".originkey.yaml:1:10: expected a list",
	"exclude: ['a[']":                               ".originkey.yaml:1:11: a[ is not a valid glob",
	"policies:\n  - file: a.json":                   ".originkey.yaml:2:5: a policy is for one key or for one bucket: write either key or bucket",
	"policies:\n  - key: k":                         ".originkey.yaml:2:5: file is missing",
	"policies:\n  - {file: a, keys: k}":             ".originkey.yaml:2:15: an element of policies has no key keys; did you mean key?\n.originkey.yaml:2:5: a policy is for one key or for one bucket: write either key or bucket",
	"buckets:\n  - bucket: b":                       ".originkey.yaml:2:5: key is missing",
	"buckets:\n  - b":                               ".originkey.yaml:2:5: an element of buckets has to be a mapping with the keys bucket, key",
	"distributions: [a]":                            ".originkey.yaml:1:16: expected a mapping of addresses to ids",
	"distributions:\n  a: cdn.example.com":          ".originkey.yaml:2:6: expected an id such as E1EXAMPLE, not cdn.example.com",
	"identities:\n  a: E1\n  a: E2":                 ".originkey.yaml:3:3: a is written twice, here and in line 2",
	"region: us-east-1\n---\nregion: a\n":           ".originkey.yaml:3:1: the file holds 2 YAML documents; a configuration has to be the only one",
	"rules: [a]":                                    ".originkey.yaml:1:8: expected a mapping of rules to levels",
	"rules: {a: info}":                              ".originkey.yaml:1:12: expected one of off, note, warning, error, not info",
	"rules: {a: note, a: off}":                      ".originkey.yaml:1:18: a is written twice, here and in line 1",
	"ignores: [{rule: a}]":                          ".originkey.yaml:1:11: reason is missing: say why the finding is accepted",
	"ignores: [{reason: why}]":                      ".originkey.yaml:1:11: rule is missing",
	"ignores: [{rule: [], reason: why}]":            ".originkey.yaml:1:18: expected a rule or a list of rules",
	"ignores: [{rule: a, reason: ''}]":              ".originkey.yaml:1:29: expected text that is not empty",
	"ignores: [{rule: a, reason: w, until: soon}]":  ".originkey.yaml:1:39: expected a day such as 2026-12-31, not soon",
	"ignores: [{rule: a, reason: w, files: x}]":     ".originkey.yaml:1:32: an element of ignores has no key files; did you mean file?",
	"ignores: [{rule: a, reason: w, file: 'a['}]":   ".originkey.yaml:1:38: a[ is not a valid glob",
	"ignores: [a]":                                  ".originkey.yaml:1:11: an element of ignores has to be a mapping with the keys address, file, reason, rule, sid, until",
	"ignores: {a: b}":                               ".originkey.yaml:1:10: expected a list",
	"rule_folders: rules":                           ".originkey.yaml:1:15: expected a list",
	"rule_folders: [/rules]":                        ".originkey.yaml:1:16: expected a path relative to the repository root, with forward slashes and below it, not /rules",
	"roots: [{path: ../a}]":                         ".originkey.yaml:1:16: expected a path relative to the repository root, with forward slashes and below it, not ../a",
	"roots: [{path: 'a\\b'}]":                       ".originkey.yaml:1:16: expected a path relative to the repository root, with forward slashes and below it, not a\\b",
	"roots: [{var_files: [a]}]":                     ".originkey.yaml:1:9: path is missing",
	"roots: [{path: a, var_file: [a]}]":             ".originkey.yaml:1:19: an element of roots has no key var_file; did you mean var_files?",
	"roots: [{path: a, variables: [a]}]":            ".originkey.yaml:1:30: expected a mapping of variables to values",
	"roots: [{path: a}, {path: ./a}]":               ".originkey.yaml:1:27: a is written twice, here and in line 1",
	"templates: [{path: a, parameters: [a]}]":       ".originkey.yaml:1:35: expected a mapping of parameters to values, or the name of a parameter file",
	"templates: [{path: a, parameters: {a: {}}}]":   ".originkey.yaml:1:39: expected text or a list of texts",
	"templates: [{path: a, parameters: {a: [[]]}}]": ".originkey.yaml:1:40: expected text",
	"templates: [{path: a}, {path: a}]":             ".originkey.yaml:1:31: a is written twice, here and in line 1",
	"templates: [{parameters: a}]":                  ".originkey.yaml:1:13: path is missing",
	"policies: [\n":                                 "not valid YAML",
	"policies:\n  - file: a\n    key: [k]\n":        ".originkey.yaml:3:10: expected text\n.originkey.yaml:2:5: a policy is for one key",
}

func TestWrong(t *testing.T) {
	for text, want := range wrongTexts {
		_, err := Parse(source.NewFile(Name, []byte(text)))
		var wrong *Error
		if !errors.As(err, &wrong) {
			t.Errorf("%q gives the error %v", text, err)
			continue
		}
		// Some messages are long, or those of the YAML reader.
		abridged := strings.HasPrefix(want, "not") || strings.HasSuffix(want, "key")
		if got := wrong.Error(); got != want && (!abridged || !strings.Contains(got, want)) {
			t.Errorf("%q is wrong because\n%s\nwant\n%s", text, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	root := fstest.MapFS{
		"infra/.originkey.yaml":      {Data: []byte("region: eu-west-1")},
		"infra/prod/.originkey.yaml": {Data: []byte("region: us-east-1")},
		"infra/prod/main.tf":         {},
		"infra/dev/main.tf":          {},
		"other/main.tf":              {},
	}
	for paths, want := range map[string]string{
		"infra/prod":                            "us-east-1",
		"infra/prod/main.tf":                    "us-east-1",
		"infra/dev":                             "eu-west-1",
		"infra/prod/main.tf infra/dev/main.tf":  "eu-west-1",
		"infra/prod/main.tf infra/prod/main.tf": "us-east-1",
		"other infra":                           "",
		".":                                     "",
	} {
		c, err := Find(root, strings.Fields(paths))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if c != nil {
			got = c.Region.Text
		}
		if got != want {
			t.Errorf("%s finds %q, want %q", paths, got, want)
		}
	}
}

// TestFindRefusesWhatLooksLikeOne asserts that nothing is taken for no configuration.
func TestFindRefusesWhatLooksLikeOne(t *testing.T) {
	elsewhere := t.TempDir()
	if err := os.WriteFile(filepath.Join(elsewhere, "other.yaml"), []byte("region: us-east-1"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		make func(folder string) error
		want string
	}{
		"a folder":          {func(folder string) error { return os.Mkdir(filepath.Join(folder, Name), 0o700) }, "read .originkey.yaml: it is a folder"},
		"a link to nothing": {func(folder string) error { return os.Symlink("nowhere.yaml", filepath.Join(folder, Name)) }, "read .originkey.yaml: no such file or directory"},
		"a link out of the folder": {func(folder string) error {
			return os.Symlink(filepath.Join(elsewhere, "other.yaml"), filepath.Join(folder, Name))
		}, "read .originkey.yaml: path escapes from parent"},
		"a link to a folder": {func(folder string) error { return os.Symlink(".", filepath.Join(folder, Name)) }, "read .originkey.yaml: it is no regular file"},
		"another ending":     {func(folder string) error { return os.WriteFile(filepath.Join(folder, ".originkey.yml"), nil, 0o600) }, ".originkey.yml is not read: the configuration has to be called .originkey.yaml"},
		"a link within the folder": {func(folder string) error {
			if err := os.WriteFile(filepath.Join(folder, "shared.yaml"), []byte("region: us-east-1"), 0o600); err != nil {
				return err
			}
			return os.Symlink("shared.yaml", filepath.Join(folder, Name))
		}, ""},
	} {
		folder := t.TempDir()
		if err := test.make(folder); err != nil {
			t.Fatal(err)
		}
		root, err := os.OpenRoot(folder)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		c, err := Find(root.FS(), []string{"."})
		switch {
		case test.want == "" && (err != nil || c == nil || c.Region.Text != "us-east-1"):
			t.Errorf("%s: %+v, %v", name, c, err)
		case test.want != "" && (err == nil || err.Error() != test.want):
			t.Errorf("%s: the error is %v, want %s", name, err, test.want)
		}
	}
}

func TestCheckRules(t *testing.T) {
	c, err := Parse(source.NewFile(Name, []byte("rules:\n  public-decrypt: off\n  publik-decrypt: off\n  tabs: note\n")))
	if err != nil {
		t.Fatal(err)
	}
	got := (&Error{Diagnostics: c.CheckRules([]string{"denied-decrypt", "public-decrypt"})}).Error()
	want := ".originkey.yaml:3:3: there is no rule publik-decrypt; did you mean public-decrypt?\n" +
		".originkey.yaml:4:3: there is no rule tabs; \"originkey rules\" lists them"
	if got != want {
		t.Errorf("it is wrong because\n%s\nwant\n%s", got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("policies:\n  - {file: a, keys: k}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse(source.NewFile(Name, text))
		var wrong *Error
		if (c == nil) != (err != nil) || err != nil && !errors.As(err, &wrong) {
			t.Errorf("%q gives %v and %v", text, c, err)
		}
	})
}
