package reports

import (
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"

	"lbsim/studies/result"
)

// WriteJSON writes the contract lbsim.result/v1, indented by two spaces and ended
// by a newline: seconds and ratios, each number in the fewest digits that give it
// back, null where a figure is not known, and [] or {} for what is empty. The
// same result gives the same bytes. A NaN or an infinity is an error that names
// its place, never output.
func WriteJSON(w io.Writer, r *result.Result) error { return writeContract(w, *r) }

// writeContract writes a document as WriteJSON says.
func writeContract(w io.Writer, document any) error {
	filled, err := withoutNil(reflect.ValueOf(document), "result")
	if err != nil {
		return err
	}
	return writeIndented(w, filled.Interface())
}

// withoutNil copies a value, its nil slices and maps replaced by empty ones, so
// that a reader of the JSON never has to tell null from []. Fields that are not
// part of the contract are left out of the copy.
func withoutNil(v reflect.Value, path string) (reflect.Value, error) {
	switch v.Kind() {
	case reflect.Struct:
		return structWithoutNil(v, path)
	case reflect.Slice:
		return sliceWithoutNil(v, path)
	case reflect.Map:
		if v.IsNil() {
			return reflect.MakeMap(v.Type()), nil
		}
	case reflect.Pointer:
		if !v.IsNil() {
			if _, err := withoutNil(v.Elem(), path); err != nil {
				return v, err
			}
		}
	case reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return v, fmt.Errorf("%s is %v, which is no figure to report", path, f)
		}
	}
	return v, nil
}

func structWithoutNil(v reflect.Value, path string) (reflect.Value, error) {
	filled := reflect.New(v.Type()).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name == "-" || !v.Type().Field(i).IsExported() {
			continue
		}
		field, err := withoutNil(v.Field(i), path+"."+name)
		if err != nil {
			return v, err
		}
		filled.Field(i).Set(field)
	}
	return filled, nil
}

func sliceWithoutNil(v reflect.Value, path string) (reflect.Value, error) {
	filled := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		element, err := withoutNil(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		if err != nil {
			return v, err
		}
		filled.Index(i).Set(element)
	}
	return filled, nil
}
