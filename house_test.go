// Package lbsim_test holds the rules of the house: who imports whom, and what
// the packages that must be deterministic may not use.
package lbsim_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "lbsim"

// houseImports is which folders a folder imports directly; what those may import
// it may import too. A folder's sub-folders are of the folder.
var houseImports = map[string][]string{
	"clock":      {},
	"random":     {},
	"algorithms": {"clock", "random"},
	"balancer":   {"algorithms"},
	"config":     {"balancer"},
	"workloads":  {"clock", "random"},
	"sim":        {"balancer", "workloads"},
	"proxy":      {"balancer", "config"},
	"scenarios":  {"sim", "config", "workloads"},
	"studies":    {"scenarios", "sim", "proxy"},
	"reports":    {"studies"},
	"notebooks":  {"reports"},
	"cmd":        {"reports"},
}

// deterministic are the folders whose results depend on nothing but their input.
var deterministic = []string{"clock", "random", "algorithms", "balancer", "workloads", "sim"}

// mayImport reports whether a file of folder from may import folder to.
func mayImport(from, to string) bool {
	if from == to {
		return true
	}
	return slices.ContainsFunc(houseImports[from], func(next string) bool { return mayImport(next, to) })
}

// folderOf returns the house folder of an import path or directory.
func folderOf(path string) string {
	folder, _, _ := strings.Cut(path, "/")
	return folder
}

// checkImports returns what a file in dir (slash-separated, from the root) imports
// against the rules.
func checkImports(dir string, f *ast.File) []string {
	from := folderOf(dir)
	if _, known := houseImports[from]; !known {
		return []string{"Go code in " + dir + ", which is no folder of the house"}
	}
	var wrong []string
	for _, spec := range f.Imports {
		name := importPath(spec)
		inner, ours := strings.CutPrefix(name, module+"/")
		if ours && !mayImport(from, folderOf(inner)) {
			wrong = append(wrong, dir+" imports "+inner)
		}
	}
	return wrong
}

func importPath(spec *ast.ImportSpec) string {
	name, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		panic(err)
	}
	return name
}

// eachSource calls visit with every Go file but tests, whatever its build tags.
func eachSource(t *testing.T, root string, mode parser.Mode, visit func(dir string, fset *token.FileSet, f *ast.File)) {
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		base := d.Name()
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && (base == "testdata" || strings.HasPrefix(base, ".")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(fset, name, nil, mode)
		if err == nil {
			visit(path.Dir(filepath.ToSlash(name)), fset, f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestImports(t *testing.T) {
	files := 0
	eachSource(t, ".", parser.ImportsOnly|parser.SkipObjectResolution, func(dir string, _ *token.FileSet, f *ast.File) {
		files++
		for _, wrong := range checkImports(dir, f) {
			t.Error(wrong)
		}
	})
	if files < 100 {
		t.Errorf("only %d files were looked at", files)
	}
}

func TestImportRulesCanFail(t *testing.T) {
	for _, c := range []struct {
		dir, imported string
		allowed       bool
	}{
		{"sim", "balancer", true},
		{"sim", "clock", true},
		{"sim/histogram", "sim", true},
		{"studies/compare", "studies/theory", true},
		{"studies/compare", "random", true},
		{"reports/charts", "studies/result", true},
		{"cmd/lbsim", "proxy", true},
		{"clock", "random", false},
		{"random", "clock", false},
		{"algorithms", "balancer", false},
		{"balancer", "workloads", false},
		{"config/decode", "sim", false},
		{"sim", "proxy", false},
		{"sim", "config", false},
		{"proxy", "sim", false},
		{"proxy", "workloads", false},
		{"scenarios", "proxy", false},
		{"studies/result", "reports", false},
		{"reports", "cmd/lbsim", false},
		{"common", "clock", false},
		{".", "clock", false},
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nimport _ \"lbsim/"+c.imported+"\"\n", parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := checkImports(c.dir, f); (len(wrong) == 0) != c.allowed {
			t.Errorf("%s imports %s: allowed should be %v, got %q", c.dir, c.imported, c.allowed, wrong)
		}
	}
}

// world finds packages from source: this module's in its folders, others where
// the Go tool keeps them.
type world struct {
	fset   *token.FileSet
	others types.ImporterFrom
	files  map[string][]*ast.File // by folder
	done   map[string]*types.Package
}

func newWorld(fset *token.FileSet) *world {
	return &world{fset: fset, others: importer.ForCompiler(fset, "source", nil).(types.ImporterFrom),
		files: map[string][]*ast.File{}, done: map[string]*types.Package{}}
}

func (w *world) Import(name string) (*types.Package, error) {
	inner, ours := strings.CutPrefix(name, module+"/")
	if !ours {
		return w.others.ImportFrom(name, ".", 0)
	}
	if p := w.done[inner]; p != nil {
		return p, nil
	}
	p, _ := w.check(inner)
	return p, nil
}

// check finds the types in a folder. All its files are taken together, also those
// that build tags keep apart, so what it says of names declared twice is ignored.
func (w *world) check(dir string) (*types.Package, *types.Info) {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: w, Error: func(error) {}}
	p, _ := conf.Check(module+"/"+dir, w.fset, w.files[dir], info)
	w.done[dir] = p
	return p, info
}

func TestDeterminism(t *testing.T) {
	var w *world
	eachSource(t, ".", parser.SkipObjectResolution, func(dir string, fset *token.FileSet, f *ast.File) {
		if w == nil {
			w = newWorld(fset)
		}
		if slices.Contains(deterministic, folderOf(dir)) {
			w.files[dir] = append(w.files[dir], f)
		}
	})
	for dir, files := range w.files {
		_, info := w.check(dir)
		for _, f := range files {
			for _, wrong := range banned(w.fset, f, info) {
				t.Error(wrong)
			}
		}
	}
	if len(w.files) < len(deterministic) {
		t.Errorf("only %d folders were looked at", len(w.files))
	}
}
