package loader

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/originkey/originkey/internal/source"
)

func (r *repository) read(name string) (*source.File, error) {
	content, err := r.content(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, cause(err))
	}
	target := r.resolve(name)
	r.mutex.Lock()
	r.reads++
	if target != name {
		r.links[name] = target
	}
	r.mutex.Unlock()
	return source.NewFile(name, content), nil
}

// content returns what is in a regular file, as far as the limits allow it.
func (r *repository) content(name string) ([]byte, error) {
	file, err := r.open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // It is only read.
	information, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case !information.Mode().IsRegular():
		return nil, errNotRegular
	case information.Size() > int64(r.limits.FileSize):
		return nil, fmt.Errorf("it has %d bytes, more than the %d that are read (limits.file_size in the configuration)", information.Size(), r.limits.FileSize)
	case r.total.Add(information.Size()) > int64(r.limits.TotalSize)+spare:
		return nil, errors.New("all files together have more bytes than are read")
	case information.Size() == 0:
		return r.unsized(file)
	}
	content := make([]byte, information.Size())
	length, err := io.ReadFull(file, content)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return content[:length], nil
}

// unsized returns what is in a file that has no bytes as far as its file system says,
// which not all of them do.
func (r *repository) unsized(file *os.File) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(file, int64(r.limits.FileSize)+1))
	switch {
	case err != nil:
		return nil, err
	case len(content) > r.limits.FileSize:
		return nil, fmt.Errorf("it has more than the %d bytes that are read (limits.file_size in the configuration)", r.limits.FileSize)
	}
	r.total.Add(int64(len(content)))
	return content, nil
}

var errNotRegular = errors.New("it is not a regular file")

// open opens what is a regular file as far as is known without opening it: to open
// a device may do something.
func (r *repository) open(name string) (*os.File, error) {
	if !r.isFile(name) {
		information, err := r.root.Stat(name)
		switch {
		case err != nil:
			return nil, err
		case !information.Mode().IsRegular():
			return nil, errNotRegular
		}
	}
	return r.openAny(name)
}

// isFile reports whether the walk has seen a regular file.
func (r *repository) isFile(name string) bool {
	_, listed := slices.BinarySearch(r.names[path.Dir(name)], path.Base(name))
	return listed && r.types[name] == 0
}

// openAny opens a file or folder. A named pipe, which may have taken its place since
// it was looked at, does not make it wait.
func (r *repository) openAny(name string) (*os.File, error) {
	return r.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// resolve returns the path of a file without symbolic links, or the path itself
// where that is not below the root.
func (r *repository) resolve(name string) string {
	if _, walked := r.names[path.Dir(name)]; walked && r.types[name]&fs.ModeSymlink == 0 {
		return name
	}
	absolute, err := filepath.EvalSymlinks(filepath.Join(r.root.Name(), filepath.FromSlash(name)))
	if err != nil {
		return name
	}
	relative, err := filepath.Rel(r.root.Name(), absolute)
	if err != nil || !filepath.IsLocal(relative) {
		return name
	}
	return filepath.ToSlash(relative)
}

// ReadDir returns the names of the entries of a folder, sorted. Nobody changes them.
func (r *repository) ReadDir(name string) ([]string, error) {
	name = path.Clean(name)
	if isTooDeep(name) {
		return nil, fmt.Errorf("read folder %s: it is in more than %d folders", name, maxFolders)
	}
	if names, walked := r.names[name]; walked {
		return names, nil
	}
	folder, err := r.openAny(name)
	if err != nil {
		return nil, fmt.Errorf("read folder %s: %w", name, cause(err))
	}
	defer func() { _ = folder.Close() }() // It is only read.
	entries, err := folder.ReadDir(-1)
	if err != nil {
		return nil, fmt.Errorf("read folder %s: %w", name, cause(err))
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		if inner := path.Join(name, entry.Name()); !r.exclude.matches(inner) && !r.isLinkToFolder(inner, entry) {
			names = append(names, entry.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// isLinkToFolder reports whether an entry is a link to a folder. Those lead in
// circles, and Terraform does not follow them.
func (r *repository) isLinkToFolder(name string, entry fs.DirEntry) bool {
	return entry.Type()&fs.ModeSymlink != 0 && r.isFolder(name)
}

func (r *repository) isFolder(name string) bool {
	information, err := r.root.Stat(name)
	return err == nil && information.IsDir()
}
