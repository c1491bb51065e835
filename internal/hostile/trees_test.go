package hostile

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// trees are hostile by what lies in them.
func trees() map[string]repository {
	making := func(r repository, make func(t *testing.T, folder string)) repository {
		r.make = make
		return r
	}
	return map[string]repository{
		"named pipes": making(tf(site(`"${file("pipe")}${templatefile("pipe", {})}${join(",", fileset("..", "**"))}"`)), func(t *testing.T, folder string) {
			for _, name := range []string{"stack/pipe", "stack/pipe.tf", "stack/terraform.tfvars", "pipe.json", "pipe.yaml", "pipe.template"} {
				pipe(t, filepath.Join(folder, name))
			}
		}),
		"a named pipe as configuration": func() repository {
			r := making(tf(site(`"x"`)), func(t *testing.T, folder string) { pipe(t, filepath.Join(folder, ".originkey.yaml")) })
			r.alone, r.says = true, "no regular file"
			return r
		}(),
		"a socket": making(tf(site(`file("socket")`)), func(t *testing.T, folder string) {
			listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
			if err != nil {
				t.Skip(err)
			}
			t.Cleanup(func() { _ = listener.Close() })
			if err := os.Rename(listener.Addr().String(), filepath.Join(folder, "socket.tf")); err != nil {
				t.Skip(err)
			}
		}),
		"links to devices": tf(site(`"${file("zero")}${file("random")}"`)).linked("stack/zero", "/dev/zero").linked("stack/random", "/dev/urandom").
			linked("stack/stdin.tf", "/dev/stdin").linked("zero.json", "/dev/zero").linked("zero.yaml", "/dev/zero"),
		"links to processes": tf(site(`"${file("environ")}${file("fd")}"`)).linked("stack/environ", "/proc/self/environ").linked("stack/fd", "/proc/self/fd/0").
			linked("environ.json", "/proc/self/environ").linked("proc", "/proc/self"),
		"folders named like files": making(tf(site(`file("folder.json")`)), func(t *testing.T, folder string) {
			for _, name := range []string{"stack/folder.tf", "stack/folder.json", "folder.yaml", "stack/terraform.tfvars"} {
				if err := os.MkdirAll(filepath.Join(folder, name), 0o700); err != nil {
					t.Fatal(err)
				}
			}
		}),
		"unreadable files": making(tf(site(`file("closed.txt")`)), func(t *testing.T, folder string) {
			for _, name := range []string{"stack/closed.txt", "stack/closed.tf", "closed.json"} {
				put(t, filepath.Join(folder, name), "{}")
				if err := os.Chmod(filepath.Join(folder, name), 0); err != nil {
					t.Fatal(err)
				}
			}
			put(t, filepath.Join(folder, "closed/main.tf"), "")
			if err := os.Chmod(filepath.Join(folder, "closed"), 0); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(filepath.Join(folder, "closed"), 0o700) })
		}),
		"a sparse file": making(tf(site(`file("sparse.txt")`)), func(t *testing.T, folder string) {
			for _, name := range []string{"stack/sparse.txt", "sparse.json", "sparse.yaml"} {
				put(t, filepath.Join(folder, name), "AWS:: Resources")
				if err := os.Truncate(filepath.Join(folder, name), 1<<40); err != nil {
					t.Skip(err)
				}
			}
		}).saying("cannot be read"),
		"deep folders": making(tf(site(`join(",", fileset("..", "**"))`)), func(t *testing.T, folder string) {
			root, err := os.OpenRoot(folder)
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			if err := root.MkdirAll(strings.Repeat("d/", 1500), 0o700); err != nil {
				t.Skip(err)
			}
		}),
		"many folders with Terraform": many1000("f%d/main.tf", `resource "aws_kms_key" "k" {}`+"\n"),
		"many templates":              many1000("f%d.yaml", "Resources:\n  K: {Type: AWS::KMS::Key}\n"),
		"many roots of one module":    many1000("f%d/main.tf", "module \"m\" {\n  source = \"../stack\"\n}\n"),
		"more files than the limit":   many1000("f%d.json", "{}").with(".originkey.yaml", "limits:\n  files: 100\n").saying("more than 100 files").only(),
		"names":                       hostileNames(),
		"names in addresses": tf(site(`"x"`) + `
resource "aws_kms_key" "n" {
  for_each = toset(["\u001b[31mred", "a\nb", "\u202egnp", "\u0000", "<script>alert(1)</script>", "::error::x", "%0A::error::", "]]>", "|a|b|", "` + "`x`" + `", "&amp;", "\"quoted\"", "..\\..", "\u2028", "\ufeff"])
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:Decrypt", Resource = "*", Sid = each.key }] })
}
`),
		"a broken git":                        tf(site(`"x"`)).with(".git/config", "[include]\npath=/etc/passwd\n"),
		"an empty file and a byte order mark": tf(site(`"x"`)).with("empty.tf", "").with("mark.tf", "\ufeff").with("empty.json", "").with("mark.yaml", "\ufeff"),
		"bytes": tf(site(`"x"`)).with("bytes/main.tf", string(func() []byte {
			all := make([]byte, 1<<20)
			for i := range all {
				all[i] = byte(i * 7919 >> 3)
			}
			return all
		}())),
		"zeros":                 tf(site(`"x"`)).with("zeros/main.tf", strings.Repeat("\x00", 1<<20)),
		"quotes":                tf(site(`"x"`)).with("quotes/main.tf", strings.Repeat(`"`, 1<<20)),
		"heredocs":              tf(site(`"x"`)).with("heredocs/main.tf", "locals {\n"+strings.Repeat("a = <<E\n", 100_000)),
		"syntax errors":         tf(site(`"x"`)).with("errors/main.tf", strings.Repeat("resource x = [\n", 100_000)),
		"a long line of errors": tf(site(`"x"`)).with("errors/main.tf", strings.Repeat("= ", 1_000_000)),
	}
}

func many1000(name, content string) repository {
	r := tf(site(`"x"`))
	for i := range 1000 {
		r.files[fmt.Sprintf(name, i)] = content
	}
	return r
}

// hostileNames are names of files, as far as the operating system takes them.
func hostileNames() repository {
	r := tf(site(`"x"`))
	r.make = func(t *testing.T, folder string) {
		for _, name := range []string{"\x1b[31mred", "a\nb", "\u202egnp.ft", "<script>", "::error file=x::y", "a b", "%0A", "|", "`", "]]>", "-rf", "~", "$(x)", "#", "é", "\xff\xfe"} {
			name = filepath.Join(folder, name)
			if err := os.MkdirAll(name, 0o700); err != nil {
				continue
			}
			put(t, filepath.Join(name, filepath.Base(name)+".tf"), strings.ReplaceAll(neighbour, "neighbour", "k"))
		}
	}
	return r
}
