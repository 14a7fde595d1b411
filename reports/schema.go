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

//go:embed schema/lab.schema.json
var labSchema []byte

// LabSchema returns the JSON Schema (draft 2020-12) of lbsim.lab/v1, what WriteLabJSON
// writes. The caller may change the bytes.
func LabSchema() []byte { return bytes.Clone(labSchema) }

//go:embed schema/replay.schema.json
var replaySchema []byte

// ReplaySchema returns the JSON Schema (draft 2020-12) of lbsim.replay/v1, what
// WriteReplayJSON writes. The caller may change the bytes.
func ReplaySchema() []byte { return bytes.Clone(replaySchema) }

//go:embed schema/capacity.schema.json
var capacitySchema []byte

// CapacitySchema returns the JSON Schema (draft 2020-12) of lbsim.capacity/v1, what
// WriteCapacityJSON writes. The caller may change the bytes.
func CapacitySchema() []byte { return bytes.Clone(capacitySchema) }

//go:embed schema/exercise.schema.json
var exerciseSchema []byte

// ExerciseSchema returns the JSON Schema (draft 2020-12) of lbsim.exercise/v1, what
// WriteExerciseJSON writes. The caller may change the bytes.
func ExerciseSchema() []byte { return bytes.Clone(exerciseSchema) }

//go:embed schema/fit.schema.json
var fitSchema []byte

// FitSchema returns the JSON Schema (draft 2020-12) of lbsim.fit/v1, what WriteFitJSON
// writes. The caller may change the bytes.
func FitSchema() []byte { return bytes.Clone(fitSchema) }
