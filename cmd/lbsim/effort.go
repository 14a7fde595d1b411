package main

import (
	"fmt"
	"math"
	"runtime"
)

const (
	manyRequests = 1e9 // from which a study takes long enough to say so before
	pace         = 1e7 // requests that a core simulates in a second, about
)

// effort says how long a study of so many requests takes on so many cores; nothing
// where it is soon over.
func effort(requests float64, cores int) string {
	if requests <= manyRequests {
		return ""
	}
	minutes := math.Ceil(requests / pace / float64(cores) / 60)
	long := fmt.Sprintf("%.0f minutes", minutes)
	switch {
	case minutes == 1:
		long = "60 seconds"
	case minutes >= 120:
		long = fmt.Sprintf("%.3g hours", math.Ceil(minutes/60))
	}
	return fmt.Sprintf("about %s requests, some %s on %s", powerOfTen(requests), long, coresOf(cores))
}

func cores() int { return runtime.GOMAXPROCS(0) }

// powerOfTen writes a number as 4.0e9.
func powerOfTen(x float64) string {
	exponent := math.Floor(math.Log10(x))
	return fmt.Sprintf("%.1fe%.0f", x/math.Pow(10, exponent), exponent)
}

func coresOf(n int) string {
	if n == 1 {
		return "1 core"
	}
	return fmt.Sprintf("%d cores", n)
}
