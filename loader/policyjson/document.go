package policyjson

import (
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
)

// A document is one file while it is read.
type document struct {
	unit *unit
	file *source.File
	root *source.Node
	// part and name are what the layout of a snapshot says of the file, or "".
	part subject
	name string
}

// load reads the file. It returns false where it is none of those that are known.
func (d *document) load() bool {
	if d.root.Kind != source.MappingNode {
		return false
	}
	_, d.part, d.name = place(d.file.Path)
	known := d.loadCloudFront() || d.loadKMS() || d.loadS3() || d.loadPolicy()
	if known && d.part != "" && d.part != aliasesPart {
		d.unit.snapshot = true
	}
	return known
}

// about returns the address of what the file is about: kind and id, or the path
// of the file where it does not say.
func (d *document) about(kind, id string) string {
	if id == "" {
		return d.file.Path
	}
	return kind + "/" + id
}

// id returns the text of a member of an object, else what the layout says.
func (d *document) id(object *source.Node, key string, part subject) string {
	if written := object.Get(key); written != nil && written.Kind == source.StringNode {
		return written.Text
	}
	if d.part == part {
		return d.name
	}
	return ""
}

// empty reports whether a file of a snapshot says that there is none: {}.
func (d *document) empty() bool { return len(d.root.Members) == 0 }

// start is the place that names an object: the member that identifies it, else
// the object itself.
func start(object *source.Node, keys ...string) source.Location {
	for _, key := range keys {
		if member := memberOf(object, key); member != nil {
			return member.Key.Location
		}
	}
	return object.Location
}

// output adds a resource that an output of the AWS CLI describes.
func (d *document) output(r *resource) {
	d.unit.outputs = true
	d.unit.add(r)
}

// node returns the node of a resource of the file.
func (d *document) node(kind graph.Kind, address string, at source.Location, body *source.Node) *graph.Node {
	return d.unit.newNode(kind, address, at, body)
}

// items returns the items of a list of the AWS API, which is an object with
// Quantity and, unless it is empty, Items.
func items(list *source.Node) []*source.Node {
	if all := list.Get("Items"); all != nil {
		return all.Items
	}
	return nil
}
