package cli

import (
	"net/url"
	"regexp"
)

var (
	repositoryName = regexp.MustCompile(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$`)
	commitHash     = regexp.MustCompile(`^[0-9a-f]{40,64}$`)
)

// sourceURL is where the files of the repository are shown at the commit that is
// checked out, in a run of GitHub Actions ("Default environment variables" in
// GitHub's documentation). It is "" elsewhere.
func (c Command) sourceURL() string {
	get := func(name string) string {
		text, _ := c.LookupEnv(name)
		return text
	}
	server, err := url.Parse(get("GITHUB_SERVER_URL"))
	repository, commit := get("GITHUB_REPOSITORY"), get("GITHUB_SHA")
	if get("GITHUB_ACTIONS") != "true" || err != nil || server.Scheme != "https" || server.Host == "" || !repositoryName.MatchString(repository) || !commitHash.MatchString(commit) {
		return ""
	}
	return "https://" + server.Host + "/" + repository + "/blob/" + commit + "/"
}
