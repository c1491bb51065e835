package packaging

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

type release struct {
	ProjectName string `yaml:"project_name"`
	Builds      []struct {
		Main, Binary  string
		Env, Flags    []string
		LinkerFlags   []string `yaml:"ldflags"`
		Systems       []string `yaml:"goos"`
		Architectures []string `yaml:"goarch"`
		ModTimestamp  string   `yaml:"mod_timestamp"`
	}
	Archives []struct {
		NameTemplate string `yaml:"name_template"`
		Files        []struct{ Src string }
	}
	Checksum struct {
		NameTemplate string `yaml:"name_template"`
		Algorithm    string
	}
}

func TestReleaseHasWhatTheActionDownloads(t *testing.T) {
	var r release
	read(t, ".goreleaser.yaml", &r)
	if len(r.Builds) != 1 || len(r.Archives) != 1 {
		t.Fatalf("%d builds, %d archives", len(r.Builds), len(r.Archives))
	}
	build := r.Builds[0]
	for _, system := range []string{"linux", "darwin", "windows"} {
		if !slices.Contains(build.Systems, system) {
			t.Errorf("there is no build for %s", system)
		}
	}
	for _, architecture := range []string{"amd64", "arm64"} {
		if !slices.Contains(build.Architectures, architecture) {
			t.Errorf("there is no build for %s", architecture)
		}
	}
	if name := r.Archives[0].NameTemplate; name != "{{ .ProjectName }}_{{ .Version }}_{{ .Os }}_{{ .Arch }}" || r.ProjectName != "originkey" {
		t.Errorf("install.sh does not download archives named %s", name)
	}
	if r.Checksum.NameTemplate != "checksums.txt" || r.Checksum.Algorithm != "sha256" {
		t.Errorf("install.sh does not verify by %v", r.Checksum)
	}
	for _, source := range []string{"LICENSE", "README.md", "generated/THIRD-PARTY-NOTICES.txt", "generated/completions/*", "generated/man/*"} {
		if !slices.ContainsFunc(r.Archives[0].Files, func(file struct{ Src string }) bool { return file.Src == source }) {
			t.Errorf("the archives have no %s", source)
		}
	}
}

// What makes two builds equal; .ci/reproducible builds with these flags.
func TestReleaseIsReproducible(t *testing.T) {
	var r release
	read(t, ".goreleaser.yaml", &r)
	build := r.Builds[0]
	if !slices.Equal(build.Env, []string{"CGO_ENABLED=0"}) {
		t.Errorf("the environment is %q", build.Env)
	}
	if !slices.Equal(build.Flags, []string{"-trimpath", "-buildvcs=false"}) || build.ModTimestamp != "{{ .CommitTimestamp }}" {
		t.Errorf("flags %v, time of modification %s", build.Flags, build.ModTimestamp)
	}
	documented, err := os.ReadFile(filepath.Join(project, "docs/install.md"))
	if err != nil {
		t.Fatal(err)
	}
	command := strings.Join(build.Flags, " ") + ` -ldflags "` + strings.ReplaceAll(build.LinkerFlags[0], "{{ .Version }}", "0.1.0") + `"`
	if !strings.Contains(string(documented), command) {
		t.Errorf("docs/install.md does not build with %s", command)
	}
}

// The directive of go.mod names the oldest Go; a release and the hook take the same
// newer one.
func TestReleaseTakesTheGoOfTheHook(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(project, ".github/workflows/release.yml"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`go-version: "(.*)"`).FindSubmatch(content)
	for _, hook := range hooks(t) {
		if hook.Language == "golang" && (found == nil || hook.LanguageVersion != string(found[1])) {
			t.Errorf("the hook takes Go %s, the release %q", hook.LanguageVersion, found)
		}
	}
}
