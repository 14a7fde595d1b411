package lbsim_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// bannedImports are packages that a deterministic folder has no use for, with all
// below them; net/netip is the exception.
var bannedImports = []string{"sync", "net", "os", "log", "crypto/rand"}

// bannedTime is what reads a clock or waits for one.
var bannedTime = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Timer", "NewTimer", "Tick", "Ticker", "NewTicker"}

// banned returns what a file of a deterministic folder does that it may not.
func banned(fset *token.FileSet, f *ast.File, info *types.Info) []string {
	var wrong []string
	report := func(n ast.Node, format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("%s: %s", fset.Position(n.Pos()), fmt.Sprintf(format, args...)))
	}
	for _, spec := range f.Imports {
		name := importPath(spec)
		if name != "net/netip" && slices.ContainsFunc(bannedImports, func(b string) bool {
			return name == b || strings.HasPrefix(name, b+"/")
		}) {
			report(spec, "imports %s", name)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			report(n, "starts a goroutine")
		case *ast.Ident:
			if what := bannedUse(info.Uses[n]); what != "" {
				report(n, "uses %s", what)
			}
		case *ast.RangeStmt:
			if what := bannedRange(n.X, info); what != "" {
				report(n, "ranges over %s", what)
			}
		}
		return true
	})
	return wrong
}

// bannedUse names what o is, if it may not be used: the clock's functions, and
// those of math/rand that draw from its global generator.
func bannedUse(o types.Object) string {
	if o == nil || o.Pkg() == nil || o.Parent() != o.Pkg().Scope() {
		return ""
	}
	name := o.Pkg().Name() + "." + o.Name()
	switch o.Pkg().Path() {
	case "time":
		if slices.Contains(bannedTime, o.Name()) {
			return name
		}
	case "math/rand", "math/rand/v2":
		if _, is := o.(*types.Func); is && !strings.HasPrefix(o.Name(), "New") {
			return name
		}
	}
	return ""
}

// bannedRange says what is wrong with ranging over x: the order of a map differs
// from run to run, and so does that of the iterators which package maps makes.
func bannedRange(x ast.Expr, info *types.Info) string {
	tv, known := info.Types[x]
	if !known || tv.Type == types.Typ[types.Invalid] {
		return "something of unknown type"
	}
	if hasMap(tv.Type) {
		return "a map"
	}
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return ""
	}
	fun := ast.Unparen(call.Fun)
	if index, ok := fun.(*ast.IndexExpr); ok {
		fun = index.X
	}
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		if o := info.Uses[sel.Sel]; o != nil && o.Pkg() != nil && o.Pkg().Path() == "maps" {
			return "a map, by maps." + o.Name()
		}
	}
	return ""
}

// hasMap reports whether a type is a map, or a type parameter that may be one.
func hasMap(t types.Type) bool {
	param, ok := types.Unalias(t).(*types.TypeParam)
	if !ok {
		_, is := t.Underlying().(*types.Map)
		return is
	}
	limits := param.Constraint().Underlying().(*types.Interface)
	for i := range limits.NumEmbeddeds() {
		limit := limits.EmbeddedType(i)
		union, ok := limit.(*types.Union)
		if !ok {
			if hasMap(limit) {
				return true
			}
			continue
		}
		for k := range union.Len() {
			if hasMap(union.Term(k).Type()) {
				return true
			}
		}
	}
	return false
}

func TestDeterminismRulesCanFail(t *testing.T) {
	w := newWorld(token.NewFileSet())
	for _, c := range []struct{ source, want string }{
		{`import "sync"; var _ sync.Mutex`, "imports sync"},
		{`import "sync/atomic"; var _ atomic.Int64`, "imports sync/atomic"},
		{`import "net/url"; var _ url.URL`, "imports net/url"},
		{`import "os"; var _ = os.Args`, "imports os"},
		{`import "log/slog"; var _ slog.Level`, "imports log/slog"},
		{`import "net/netip"; var _ netip.Addr`, ""},
		{`func f() { go f() }`, "starts a goroutine"},
		{`import "time"; var _ = time.Now()`, "uses time.Now"},
		{`import clock "time"; var _ = clock.Since`, "uses time.Since"},
		{`import . "time"; func f() { Sleep(1) }`, "uses time.Sleep"},
		{`import "time"; var _ time.Timer`, "uses time.Timer"},
		{`import "time"; var _ = time.Second; var t time.Duration`, ""},
		{`import "time"; type x struct{ time struct{ Now int } }; func f(y x) int { time := y.time; return time.Now }; var _ time.Time`, ""},
		{`import "time"; func f(a, b time.Time) bool { return a.After(b) }`, ""},
		{`import "math/rand/v2"; var _ = rand.IntN(3)`, "uses rand.IntN"},
		{`import "math/rand"; var _ = rand.Float64`, "uses rand.Float64"},
		{`import "math/rand/v2"; var _ = rand.New(rand.NewPCG(1, 2)).IntN(3)`, ""},
		{`func f(m map[int]int) { for range m { } }`, "ranges over a map"},
		{`type table map[int]int; func f(m table) { for k := range m { _ = k } }`, "ranges over a map"},
		{`func f[M ~map[int]int](m M) { for range m { } }`, "ranges over a map"},
		{`import "maps"; func f(m map[int]int) { for range maps.Keys(m) { } }`, "ranges over a map, by maps.Keys"},
		{`import ("maps"; "slices"); func f(m map[int]int) { for range slices.Sorted(maps.Keys(m)) { } }`, ""},
		{`func f(s []int) { for range s { }; for range 3 { } }`, ""},
		{`func f() { for range undefined { } }`, "ranges over something of unknown type"},
	} {
		f, err := parser.ParseFile(w.fset, "x.go", "package x; "+c.source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		w.files["x"] = []*ast.File{f}
		_, info := w.check("x")
		got := strings.Join(banned(w.fset, f, info), "; ")
		if c.want == "" && got != "" || !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %q, want %q", c.source, got, c.want)
		}
	}
}
