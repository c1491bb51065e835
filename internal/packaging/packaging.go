// Package packaging holds the tests of how originkey is installed and called: the
// hooks of pre-commit, the action of GitHub, and the release. It has no code.
package packaging
