package reports

import (
	"bytes"
	_ "embed"
)

//go:embed schema/result.schema.json
var resultSchema []byte

// ResultSchema returns the JSON Schema (draft 2020-12) of lbsim.result/v1, what
// WriteJSON writes. The caller may change the bytes.
func ResultSchema() []byte { return bytes.Clone(resultSchema) }

//go:embed schema/remap.schema.json
var remapSchema []byte

// RemapSchema returns the JSON Schema (draft 2020-12) of lbsim.remap/v1, what
// WriteRemapJSON writes. The caller may change the bytes.
func RemapSchema() []byte { return bytes.Clone(remapSchema) }

//go:embed schema/validate.schema.json
var validateSchema []byte

// ValidateSchema returns the JSON Schema (draft 2020-12) of lbsim.validate/v1, what
// WriteValidationJSON writes. The caller may change the bytes.
func ValidateSchema() []byte { return bytes.Clone(validateSchema) }
