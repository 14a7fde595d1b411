package workloads_test

import (
	"testing"

	"lbsim/workloads"
)

var sink float64

func BenchmarkSample(b *testing.B) {
	for _, l := range laws {
		b.Run(l.name, func(b *testing.B) {
			src, sum := stream("bench"), 0.0
			for b.Loop() {
				sum += l.law.Sample(src)
			}
			sink = sum
		})
	}
}

func BenchmarkNext(b *testing.B) {
	for _, name := range []string{"poisson", "constant", "renewal", "bursts", "steps", "ramp", "diurnal"} {
		b.Run(name, func(b *testing.B) {
			p, src := processes()[name], stream("bench")
			for b.Loop() {
				if _, ok := p.Next(src); !ok {
					b.Fatal("no arrival")
				}
			}
		})
	}
}

func BenchmarkKeys(b *testing.B) {
	for name, keys := range map[string]workloads.Keys{
		"uniform":   must(workloads.NewUniformKeys(100_000)),
		"zipf(1.1)": must(workloads.NewZipf(100_000, 1.1)),
		"zipf(1)":   must(workloads.NewZipf(100_000, 1)),
		"hot":       must(workloads.NewHotKeys(100_000, 10, 0.5)),
	} {
		b.Run(name, func(b *testing.B) {
			src, sum := stream("bench"), 0
			for b.Loop() {
				sum += keys.Key(src)
			}
			sink = float64(sum)
		})
	}
	b.Run("KeyHash", func(b *testing.B) {
		h := uint64(0)
		for b.Loop() {
			h = workloads.KeyHash(h)
		}
		sink = float64(h)
	})
	b.Run("Mix", func(b *testing.B) {
		mix, src, sum := must(workloads.NewMix([]float64{0.95, 0.04, 0.01})), stream("bench"), 0
		for b.Loop() {
			sum += mix.Choose(src)
		}
		sink = float64(sum)
	})
}
