// yard: goroutines that fill maps, meet at a mutex and a channel, allocate and call the system, under runtime/trace.
// yard TRACE GOMAXPROCS
package main

import (
	"os"
	"runtime"
	"runtime/trace"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	workers = 4
	writes  = 60_000
)

var (
	perMicro int
	sink     []byte
	counter  int
)

// Turns of an empty loop in a microsecond.
func calibrate() {
	best := time.Hour
	for i := 0; i < 20; i++ {
		began := time.Now()
		turn(1_000_000)
		if took := time.Since(began); took < best {
			best = took
		}
	}
	perMicro = int(1_000_000 * int64(time.Microsecond) / int64(best))
}

//go:noinline
func turn(n int) {
	for i := 0; i < n; i++ {
		counter += i & 1
	}
}

func spin(ns int) { turn(perMicro * ns / 1000) }

func worker(id int, mu *sync.Mutex, ch chan<- int, wg *sync.WaitGroup) {
	defer wg.Done()
	m := make(map[int64]int64)
	for k := 0; k < writes; k++ {
		m[int64(k*7+id)] = int64(k)
		if k%100 == 0 {
			mu.Lock()
			spin(500)
			mu.Unlock()
			sink = make([]byte, 16<<10)
		}
		if k%1000 == 0 {
			ch <- k
		}
		if k%5000 == 0 {
			pause := syscall.Timespec{Nsec: 200_000}
			syscall.Nanosleep(&pause, nil)
		}
	}
}

func reader(ch <-chan int) {
	for range ch {
		spin(5000)
	}
}

func main() {
	procs, _ := strconv.Atoi(os.Args[2])
	runtime.GOMAXPROCS(procs)
	calibrate()
	file, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	trace.Start(file)
	var mu sync.Mutex
	var wg sync.WaitGroup
	ch := make(chan int, 4)
	go reader(ch)
	wg.Add(workers)
	for i := 0; i < workers; i++ {
		go worker(i, &mu, ch, &wg)
	}
	wg.Wait()
	close(ch)
	time.Sleep(2 * time.Millisecond)
	trace.Stop()
	file.Close()
}
