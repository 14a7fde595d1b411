package random_test

import (
	"testing"

	"lbsim/random"
)

var sink float64

func BenchmarkDraws(b *testing.B) {
	draws := []struct {
		name string
		draw func(s *random.Source) float64
	}{
		{"Gamma(0.5)", func(s *random.Source) float64 { return s.Gamma(0.5) }},
		{"Gamma(3)", func(s *random.Source) float64 { return s.Gamma(3) }},
		{"Exp", func(s *random.Source) float64 { return random.Exp(s.Float64()) }},
		{"Log", func(s *random.Source) float64 { return random.Log(s.Uniform()) }},
		{"Pow", func(s *random.Source) float64 { return random.Pow(s.Float64(), 1.3) }},
		{"SinPi", func(s *random.Source) float64 { return random.SinPi(s.Float64()) }},
	}
	b.Run("Uint64", func(b *testing.B) {
		s, x := random.New(1, "bench", 0), uint64(0)
		for b.Loop() {
			x += s.Uint64()
		}
		sink = float64(x)
	})
	b.Run("Exponential", func(b *testing.B) {
		s, x := random.New(1, "bench", 0), 0.0
		for b.Loop() {
			x += s.Exponential()
		}
		sink = x
	})
	b.Run("Normal", func(b *testing.B) {
		s, x := random.New(1, "bench", 0), 0.0
		for b.Loop() {
			x += s.Normal()
		}
		sink = x
	})
	for _, d := range draws {
		b.Run(d.name, func(b *testing.B) {
			s, x := random.New(1, "bench", 0), 0.0
			for b.Loop() {
				x += d.draw(&s)
			}
			sink = x
		})
	}
}
