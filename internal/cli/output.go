package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// A standardOutput names itself in errors, and remembers the first: not everything
// that prints looks at them.
type standardOutput struct {
	io.Writer
	err error
}

// Write implements io.Writer.
func (o *standardOutput) Write(text []byte) (int, error) {
	n, err := o.Writer.Write(text)
	if err != nil && o.err == nil {
		o.err = fmt.Errorf("write standard output: %w", withoutPath(err))
	}
	if err != nil {
		return n, o.err
	}
	return n, nil
}

// writeErrors say of several reports why they are not written.
type writeErrors []error

// Error implements error.
func (e writeErrors) Error() string { return errors.Join(e...).Error() }

// Unwrap returns the errors for package errors.
func (e writeErrors) Unwrap() []error { return e }

// outputs are the files that a run writes. Each is complete or not there: it is
// written beside its place and then renamed.
type outputs struct {
	lock      sync.Mutex
	open      map[string]bool
	abandoned bool
}

var errAbandoned = errors.New("the run was interrupted")

// create makes a temporary file in the folder of a file.
func (o *outputs) create(target string) (*os.File, error) {
	o.lock.Lock()
	defer o.lock.Unlock()
	if o.abandoned {
		return nil, errAbandoned
	}
	file, err := os.CreateTemp(filepath.Dir(target), ".originkey-*")
	if err != nil {
		return nil, err
	}
	if o.open == nil {
		o.open = map[string]bool{}
	}
	o.open[file.Name()] = true
	return file, nil
}

// commit puts a temporary file in its place.
func (o *outputs) commit(temporary, target string) error {
	o.lock.Lock()
	defer o.lock.Unlock()
	if o.abandoned {
		return errAbandoned
	}
	if err := os.Chmod(temporary, 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, target)
}

// discard removes a temporary file, if it is still there.
func (o *outputs) discard(temporary string) {
	o.lock.Lock()
	defer o.lock.Unlock()
	os.Remove(temporary)
	delete(o.open, temporary)
}

// abandon removes what is not complete. Nothing is put in its place after that.
func (o *outputs) abandon() {
	o.lock.Lock()
	defer o.lock.Unlock()
	o.abandoned = true
	for name := range o.open {
		os.Remove(name)
	}
}

// write writes to stdout, or to a file that is complete or not there.
func (c Command) write(name string, toFile bool, write func(io.Writer) error) error {
	if !toFile {
		return write(c.Stdout)
	}
	target := name
	if !filepath.IsAbs(target) {
		target = filepath.Join(c.Directory, name)
	}
	if err := c.writeFile(target, write); err != nil {
		return fmt.Errorf("write %s: %w", name, withoutPath(err))
	}
	return nil
}

func (c Command) writeFile(target string, write func(io.Writer) error) error {
	// A link stays one: what it leads to is written.
	if resolved, err := filepath.EvalSymlinks(target); err == nil {
		target = resolved
	}
	information, err := os.Stat(target)
	switch {
	case err == nil && information.IsDir():
		return errors.New("is a folder")
	case err == nil && !information.Mode().IsRegular():
		// To rename over a pipe or /dev/null would take it away from others.
		return writeDevice(target, write)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	temporary, err := c.outputs.create(target)
	if err != nil {
		return err
	}
	defer c.outputs.discard(temporary.Name())
	err = write(temporary)
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return c.outputs.commit(temporary.Name(), target)
}

func writeDevice(target string, write func(io.Writer) error) error {
	device, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = write(device)
	if closing := device.Close(); err == nil {
		err = closing
	}
	return err
}
