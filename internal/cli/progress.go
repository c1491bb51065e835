package cli

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// A progress says on a terminal what a run that takes long is at. It is silent for
// the first second, and what it wrote is gone when it is closed.
type progress struct {
	out  io.Writer
	stop func()
	done chan struct{}
	wait sync.WaitGroup

	lock    sync.Mutex
	stage   string
	seconds int
}

// clearLine moves to the start of the line and empties it.
const clearLine = "\r\x1b[K"

// progress starts to count. It returns nil, which is silent, where nobody watches.
func (c Command) progress(quiet bool) *progress {
	if _, inCI := c.LookupEnv("CI"); quiet || inCI || !c.StderrIsTerminal || c.isDumb() {
		return nil
	}
	tick := c.Tick
	if tick == nil {
		tick = func(interval time.Duration) (<-chan time.Time, func()) {
			ticker := time.NewTicker(interval)
			return ticker.C, ticker.Stop
		}
	}
	ticks, stop := tick(time.Second)
	p := &progress{out: c.Stderr, stop: stop, done: make(chan struct{})}
	p.wait.Go(func() {
		for {
			select {
			case <-p.done:
				return
			case <-ticks:
				p.tick()
			}
		}
	})
	return p
}

func (p *progress) tick() {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.seconds++
	p.draw()
}

// enter says what the run is at now.
func (p *progress) enter(stage string) {
	if p == nil {
		return
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	p.stage = stage
	if p.seconds > 0 {
		p.draw()
	}
}

func (p *progress) draw() {
	fmt.Fprintf(p.out, "%soriginkey: %s (%d s)", clearLine, p.stage, p.seconds)
}

// close clears what is there.
func (p *progress) close() {
	if p == nil {
		return
	}
	p.stop()
	close(p.done)
	p.wait.Wait()
	if p.seconds > 0 {
		fmt.Fprint(p.out, clearLine)
	}
}
