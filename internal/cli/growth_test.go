package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// site is a root module whose key policy lacks the grant, so that a suggestion is
// written for each.
const site = `
resource "aws_kms_key" "k" {}
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket_server_side_encryption_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.k.arn
    }
  }
}
resource "aws_cloudfront_origin_access_control" "o" {
  name                              = "o"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}
`

const distribution = `
resource "aws_cloudfront_distribution" "d%d" {
  origin {
    origin_id                = "b"
    domain_name              = aws_s3_bucket.b.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.o.id
  }
  default_cache_behavior {
    target_origin_id = "b"
    allowed_methods  = ["GET", "HEAD"]
  }
}
`

// allocated lints files and returns how many bytes that took in all.
func allocated(t *testing.T, files map[string]string) float64 {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		name = filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, diagnostics bytes.Buffer
	c := Command{Stdout: &out, Stderr: &diagnostics, Directory: folder, LookupEnv: func(string) (string, bool) { return "", false }}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if code := c.Main(context.Background(), []string{"lint", "--compact=false"}); code != exitFindings {
		t.Fatalf("exit code %d\n%s", code, diagnostics.String())
	}
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc)
}

// TestWorkGrowsWithTheInput counts what is allocated, which a clock cannot blur.
func TestWorkGrowsWithTheInput(t *testing.T) {
	tests := map[string]func(n int) map[string]string{
		"root modules": func(n int) map[string]string {
			files := map[string]string{}
			for i := range n {
				files[fmt.Sprintf("site%d/main.tf", i)] = site + fmt.Sprintf(distribution, 0)
			}
			return files
		},
		"distributions of one module": func(n int) map[string]string {
			var text bytes.Buffer
			text.WriteString(site)
			for i := range n {
				fmt.Fprintf(&text, distribution, i)
			}
			return map[string]string{"main.tf": text.String()}
		},
	}
	allocated(t, tests["root modules"](1)) // The rules are compiled once.
	for name, files := range tests {
		t.Run(name, func(t *testing.T) {
			few, many := allocated(t, files(40)), allocated(t, files(160))
			if many > 5*few {
				t.Errorf("four times the input takes %.1f times the memory", many/few)
			}
			t.Logf("four times the input takes %.1f times the memory", many/few)
		})
	}
}
