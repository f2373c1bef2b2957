package cli

import (
	"context"
	"runtime"
	"sync"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/internal/report"
)

// A job is one exchange to check, and then what came of it.
type job struct {
	file       string
	n          int  // number of the line or of the interaction, from 1
	start, end int  // of the line in the batch
	tooLong    bool // the line is not there
	session    *fixtures.Session

	call report.Call
	err  error
}

// A batch is a number of jobs that are done by one goroutine, one after the other.
type batch struct {
	jobs   []job
	text   []byte // of the lines
	out    []byte // of the results
	tokens int
	done   chan struct{}
}

// line returns the line of a job, nil if it was too long.
func (b *batch) line(j *job) []byte {
	if j.tooLong {
		return nil
	}
	return b.text[j.start:j.end:j.end]
}

// The limits of a pipeline. A token stands for tokenSize bytes of input, and
// a batch has at least one of them.
const (
	batchJobs = 64
	batchSize = 256 << 10 // bytes; a longer line is a batch of its own
	tokenSize = 1 << 20
	maxTokens = 64
)

// A pipeline does jobs on all cores and gives them back in the order in which
// they were added. What it holds at a time is bounded by maxTokens.
//
// One goroutine calls add, flush and end; another one results, idle and release.
type pipeline struct {
	ctx    context.Context // ended by stop
	stop   context.CancelFunc
	do     func(*batch, *job)
	work   chan *batch
	order  chan *batch
	tokens chan struct{}
	free   sync.Pool // of *batch
	next   *batch
}

// newPipeline returns a pipeline that calls do for each job. It ends with ctx
// or when stop is called; otherwise when all is done.
func newPipeline(ctx context.Context, do func(*batch, *job)) *pipeline {
	p := &pipeline{
		do:     do,
		work:   make(chan *batch, maxTokens),
		order:  make(chan *batch, maxTokens),
		tokens: make(chan struct{}, maxTokens),
	}
	p.ctx, p.stop = context.WithCancel(ctx)
	p.next = p.newBatch()
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for b := range p.work {
				for i := range b.jobs {
					p.do(b, &b.jobs[i])
				}
				close(b.done)
			}
		}()
	}
	return p
}

func (p *pipeline) newBatch() *batch {
	b, ok := p.free.Get().(*batch)
	if !ok {
		b = new(batch)
	}
	b.done = make(chan struct{})
	return b
}

// add adds a job, whose line stands at the end of the next batch. It reports
// false if the pipeline was stopped.
func (p *pipeline) add(j job) bool {
	p.next.jobs = append(p.next.jobs, j)
	if len(p.next.jobs) >= batchJobs || len(p.next.text) >= batchSize {
		return p.flush()
	}
	return p.ctx.Err() == nil
}

// flush has the jobs done that were added. It waits while there are too many.
func (p *pipeline) flush() bool {
	b := p.next
	if len(b.jobs) == 0 {
		return p.ctx.Err() == nil
	}
	b.tokens = min(1+len(b.text)/tokenSize, maxTokens)
	for range b.tokens {
		select {
		case p.tokens <- struct{}{}:
		case <-p.ctx.Done():
			return false
		}
	}
	p.next = p.newBatch()
	p.order <- b // has room for as many batches as there are tokens
	p.work <- b
	return true
}

// end says that no job will be added any more.
func (p *pipeline) end() {
	p.flush()
	close(p.work)
	close(p.order)
}

// results yields the batches in order, when they are done.
func (p *pipeline) results() func(yield func(*batch) bool) {
	return func(yield func(*batch) bool) {
		for b := range p.order {
			<-b.done
			if !yield(b) {
				return
			}
		}
	}
}

// idle reports whether there is nothing to be done at the moment.
func (p *pipeline) idle() bool { return len(p.order) == 0 }

// release takes back a batch whose results were used.
func (p *pipeline) release(b *batch) {
	for range b.tokens {
		<-p.tokens
	}
	if cap(b.text) > 2*batchSize || cap(b.out) > 2*batchSize {
		return // leave it to the garbage collector
	}
	clear(b.jobs)
	b.jobs, b.text, b.out = b.jobs[:0], b.text[:0], b.out[:0]
	p.free.Put(b)
}
