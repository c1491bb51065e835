package terraform

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A declaration is a block of the top level of a file. It is parsed when it is asked
// for, since most blocks of a repository lead to no distribution, bucket, key or
// policy. It is safe for concurrent use.
type declaration struct {
	*section
	// file is where the section is, nil where the block is parsed already.
	file  *parsedFile
	once  sync.Once
	block *hclsyntax.Block
}

// sectionOf describes a block that is parsed.
func sectionOf(block *hclsyntax.Block) *section {
	return &section{kind: block.Type, name: strings.Join(block.Labels, "."), labels: len(block.Labels)}
}

// parse returns the block, or nil where it has syntax errors.
func (d *declaration) parse() *hclsyntax.Block {
	if d.file != nil {
		d.once.Do(func() {
			if blocks := d.file.parsePart(d.start, d.end); len(blocks) == 1 {
				d.block = blocks[0]
			}
		})
	}
	return d.block
}

// readParts finds the blocks of the file and parses those that are always needed.
// It returns false where the file has to be parsed as a whole.
func (f *parsedFile) readParts() bool {
	text := f.file.Bytes
	if tokens, _ := amount(text); tokens > maxTokens {
		return false
	}
	sections, ok := outline(text)
	if !ok {
		return false
	}
	f.blocks = make([]declaration, len(sections))
	for i := range sections {
		f.blocks[i].section, f.blocks[i].file = &sections[i], f
	}
	for rest := f.blocks; len(rest) > 0; {
		// What stands together is parsed together: beginning takes some each time.
		run := 0
		for run < len(rest) && rest[run].isNeeded() {
			run++
		}
		if run > 0 && !f.parseTogether(rest[:run]) {
			return false
		}
		rest = rest[max(run, 1):]
	}
	f.inParts = true
	return true
}

// parseTogether parses blocks that follow each other. It returns false where there
// are syntax errors.
func (f *parsedFile) parseTogether(all []declaration) bool {
	blocks := f.parsePart(all[0].start, all[len(all)-1].end)
	if len(blocks) != len(all) {
		return false
	}
	for i, block := range blocks {
		all[i].once.Do(func() { all[i].block = block })
	}
	return true
}

// parsePart parses the blocks in a part of the file. It returns none where there are
// syntax errors.
func (f *parsedFile) parsePart(start hcl.Pos, end int) hclsyntax.Blocks {
	blocks := parseBlocks(f.file.Bytes[start.Byte:end], f.file.Path, start)
	f.count.Add(int64(len(blocks)))
	return blocks
}

// parseBlocks parses a text of blocks. It returns none where there are syntax errors.
func parseBlocks(text []byte, name string, start hcl.Pos) hclsyntax.Blocks {
	parsed, problems := parseConfig(text, name, start)
	if len(problems) > 0 {
		return nil
	}
	body, ok := parsed.Body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	return body.Blocks
}

// isNeeded reports whether the block leads to nodes by itself, or to what others are
// called. Everything else is asked for where something refers to it.
func (d *declaration) isNeeded() bool {
	if d.holds {
		return true
	}
	switch d.kind {
	case "variable", "locals", "provider", "module", "import":
		return true
	case "resource", "data":
		return isBeside(d.name) || d.maker().add != nil
	default:
		return false
	}
}

// isBeside reports whether a resource is of a service that paths lead through. Where the
// header of a block that matters is lost, what is left of it is most likely in such a
// block, and an argument that is repeated there is all that tells it.
func isBeside(name string) bool {
	for _, service := range []string{"aws_cloudfront_", "aws_kms_", "aws_s3_", "aws_s3control_"} {
		if strings.HasPrefix(name, service) {
			return true
		}
	}
	return false
}

// maker returns what adds the nodes of a resource or data source.
func (d *declaration) maker() maker {
	resourceType, _, _ := strings.Cut(d.name, ".")
	maker := makerOf(kindOf(d.kind), resourceType)
	if len(maker.only) > 0 && d.file != nil && !mentions(d.file.file.Bytes[d.start.Byte:d.end], maker.only) {
		maker.add = nil
	}
	return maker
}

// mentions reports whether a text may hold one of the names: an escape may write any.
func mentions(text []byte, names []string) bool {
	holds := func(part string) bool { return bytes.Contains(text, []byte(part)) }
	return slices.ContainsFunc(names, holds) || holds(`\u`) || holds(`\U`)
}
