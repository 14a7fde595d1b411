//go:build !unix

package sim

import "time"

// processorTime is not known on systems without getrusage, such as wasm.
func processorTime() (used time.Duration, known bool) { return 0, false }
