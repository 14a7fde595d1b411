package validate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"lbsim/config/decode"
)

// seconds writes a time of a message, to a millisecond.
func seconds(s float64) string { return decode.FormatSeconds(math.Round(s*1000) / 1000) }

// span writes a setting's time.
func span(d time.Duration) string { return decode.FormatSeconds(d.Seconds()) }

// percent writes a share to a whole percent, or to two digits where it is less than ten.
func percent(share float64) string {
	if x := share * 100; x >= 10 {
		return strconv.FormatFloat(math.Round(x), 'f', -1, 64) + "%"
	}
	return strconv.FormatFloat(share*100, 'g', 2, 64) + "%"
}

// number writes a figure of a message to three digits, or to a whole number.
func number(x float64) string {
	if x >= 100 {
		return strconv.FormatFloat(math.Round(x), 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// endpoints writes how many.
func endpoints(n int) string {
	if n == 1 {
		return "1 endpoint"
	}
	return fmt.Sprintf("%d endpoints", n)
}

// product writes factors: 4 × 4 × 4.
func product(factors []float64) string {
	words := make([]string, len(factors))
	for i, x := range factors {
		words[i] = number(x)
	}
	return strings.Join(words, " × ")
}
