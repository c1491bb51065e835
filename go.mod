module github.com/originkey/originkey

go 1.26
