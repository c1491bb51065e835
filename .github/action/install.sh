#!/usr/bin/env bash
# Puts the originkey of a release on the PATH. The archive has to have the checksum
# that the release lists, and, where the GitHub CLI can ask, to come from the release
# workflow of this project.
set -euo pipefail

repository=originkey/originkey

fail() {
  echo "::error title=originkey::$1"
  exit 2
}

version="${ORIGINKEY_VERSION#v}"
[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] ||
  fail "the input version has to be one release, such as 1.2.3"

case "$RUNNER_OS" in
Linux) system=linux kind=tar.gz program=originkey ;;
macOS) system=darwin kind=tar.gz program=originkey ;;
Windows) system=windows kind=zip program=originkey.exe ;;
*) fail "there is no release for the system $RUNNER_OS" ;;
esac
case "$RUNNER_ARCH" in
X64) architecture=amd64 ;;
ARM64) architecture=arm64 ;;
*) fail "there is no release for the architecture $RUNNER_ARCH" ;;
esac

directory="$RUNNER_TEMP/originkey-$version"
rm -rf "$directory"
mkdir -p "$directory"
# Relative names from here on: tar takes a colon in D:\ for a remote host.
cd "$directory"

archive="originkey_${version}_${system}_${architecture}.$kind"
release="https://github.com/$repository/releases/download/v$version"
for file in "$archive" checksums.txt; do
  curl --fail --silent --show-error --location --proto '=https' --retry 3 --output "$file" "$release/$file" ||
    fail "$release/$file cannot be downloaded"
done

want="$(awk -v name="$archive" '$2 == name { print $1 }' checksums.txt)"
[[ "$want" =~ ^[0-9a-f]{64}$ ]] || fail "checksums.txt of release $version does not list $archive"
if command -v sha256sum >/dev/null; then
  got="$(sha256sum <"$archive")"
else
  got="$(shasum -a 256 <"$archive")"
fi
[ "${got%% *}" = "$want" ] || fail "$archive has the checksum ${got%% *}, and release $version lists $want"

# The checksums lie beside the archive, so that whoever replaced one could replace
# both. The attestation does not: it is signed with the identity of the workflow.
if [ "${GITHUB_SERVER_URL:-}" != https://github.com ] || ! gh attestation verify --help >/dev/null 2>&1; then
  echo "the provenance of $archive is not verified, since there is no GitHub CLI for github.com here"
# Before version 2.67 the GitHub CLI succeeded where there was no attestation.
elif attestation="$(gh attestation verify "$archive" --repo "$repository" \
  --signer-workflow "$repository/.github/workflows/release.yml" --format json)" &&
  [[ "$attestation" == *verificationResult* ]]; then
  echo "$archive comes from the release workflow of $repository"
else
  fail "the provenance of $archive cannot be verified"
fi

case "$kind" in
zip) unzip -q "$archive" "$program" ;;
*) tar -xzf "$archive" "$program" ;;
esac
installed="$("./$program" version)"
[ "$installed" = "$version" ] || fail "the archive of release $version holds version $installed"
echo "$directory" >>"$GITHUB_PATH"
