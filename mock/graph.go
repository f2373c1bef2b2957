package mock

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/schemas"
)

// What Graph puts on the wire, as recorded from the service. Names of headers are in Go's
// canonical form; their case does not matter.
const (
	globalGraph     = "https://graph.microsoft.com"
	requestID       = "Request-Id"
	clientRequestID = "Client-Request-Id"
	odataJSON       = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
	agsDiagnostic   = `{"ServerInfo":{"DataCenter":"graphmock","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"GM1"}}`
	challenge       = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`
)

// graphHosts are where Graph lives, by cloud.
var graphHosts = []string{
	"graph.microsoft.com",
	"graph.microsoft.us",
	"dod-graph.microsoft.us",
	"microsoftgraph.chinacloudapi.cn",
}

type graphError struct {
	Code       string        `json:"code"`
	Message    string        `json:"message"`
	Details    []errorDetail `json:"details,omitempty"`
	InnerError innerError    `json:"innerError"`
}

type errorDetail struct {
	Code    string `json:"code"`
	Target  string `json:"target"`
	Message string `json:"message"`
}

type innerError struct {
	Date            string `json:"date"` // 19 characters, no zone: clients parse nothing else
	RequestID       string `json:"request-id"`
	ClientRequestID string `json:"client-request-id"`
}

// replyError sends an error of Graph's shape; findings become its details.
func (x *exchange) replyError(status int, code, message string, findings []schemas.Finding) {
	id := x.srv.ids.GUID()
	e := graphError{Code: code, Message: message, InnerError: innerError{
		Date:            x.srv.Now().UTC().Format("2006-01-02T15:04:05"),
		RequestID:       id,
		ClientRequestID: cmp.Or(x.req.Header.Get("client-request-id"), id),
	}}
	for _, f := range findings {
		e.Details = append(e.Details, detail(f))
	}
	body, err := json.Marshal(map[string]graphError{"error": e})
	if err != nil {
		panic(err) // strings only
	}
	x.reply.status, x.reply.body = status, body
	x.reply.header.Set("Content-Type", "application/json")
	x.reply.header.Set(requestID, id)
	if status == http.StatusUnauthorized {
		x.reply.header.Set("Www-Authenticate", challenge)
	}
}

func detail(f schemas.Finding) errorDetail {
	d := errorDetail{Code: f.Rule, Target: cmp.Or(f.Pointer, string(f.In)), Message: f.Message}
	if position := f.Position(); position != "" {
		d.Message += " (" + position + ")"
	}
	if f.Suggestion != "" {
		d.Message += fmt.Sprintf("; did you mean %q?", f.Suggestion)
	}
	return d
}

// refusal returns the answer to a request with those errors: the token comes
// before the path, the path before what was sent to it.
func refusal(findings []schemas.Finding) (status int, code, message string) {
	worst := slices.MinFunc(findings, func(a, b schemas.Finding) int { return cmp.Compare(rank(a), rank(b)) })
	status = statusOf(worst)
	code, message = words(worst)
	return status, code, message
}

var ranks = []string{"limit.url", "limit.header", "header.authorization", "header.token", "path", "method", "limit", "header", "query", "body", "multipart", "csv"}

// rank is lower for what is refused first.
func rank(f schemas.Finding) int {
	if i := slices.Index(ranks, f.Rule); i >= 0 {
		return i
	}
	group, _, _ := strings.Cut(f.Rule, ".")
	if i := slices.Index(ranks, group); i >= 0 {
		return i
	}
	return len(ranks)
}

// statusOf returns the status of a finding, also of a rule that was raised to an
// error and has none of its own.
func statusOf(f schemas.Finding) int {
	rule, err := schemas.RuleByID(f.Rule)
	if err != nil {
		panic(err) // findings come from the catalogue
	}
	return cmp.Or(rule.Status, http.StatusBadRequest)
}

// words returns Graph's code and message for a finding, where they were
// recorded; otherwise the finding's own message under the general code.
func words(f schemas.Finding) (code, message string) {
	switch f.Rule {
	case "header.authorization":
		return "InvalidAuthenticationToken", "Access token is empty."
	case "header.token":
		return "InvalidAuthenticationToken", f.Message
	case "path.version":
		return "BadRequest", "Invalid version: " + f.Found
	case "path.unknown-segment":
		return "BadRequest", fmt.Sprintf("Resource not found for the segment '%s'.", f.Found)
	case "method.not-allowed":
		return "Request_BadRequest", "Specified HTTP method is not allowed for the request target."
	case "header.content-type":
		if f.Wanted == "application/json" {
			return "BadRequest", "Entity only allows writes with a JSON Content-Type header."
		}
		return "BadRequest", f.Message
	case "limit.body":
		return "BadRequest", fmt.Sprintf("The maximum request length supported is %s.", strings.TrimPrefix(f.Wanted, "at most "))
	case "body.missing":
		if !strings.Contains(f.Wanted, "application/json") {
			return "BadRequest", f.Message
		}
		return "BadRequest", "Empty Payload. JSON content expected."
	case "header.content-type-missing", "body.encoding", "body.bom", "body.comment", "body.trailing-comma", "body.trailing-text", "body.syntax":
		return "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
	case "query.unknown-property":
		return "BadRequest", fmt.Sprintf("Could not find a property named '%s'.", f.Found)
	}
	return "BadRequest", f.Message
}

// defaultError returns Graph's words for a scripted status.
func defaultError(status int) (code, message string) {
	if e, ok := defaultErrors[status]; ok {
		return e[0], e[1]
	}
	return "UnknownError", http.StatusText(status)
}

var defaultErrors = map[int][2]string{
	400: {"BadRequest", "The request is not valid."},
	401: {"InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."},
	403: {"Authorization_RequestDenied", "Insufficient privileges to complete the operation."},
	404: {"ResourceNotFound", "The resource was not found."},
	409: {"Conflict", "The request conflicts with the state of the resource."},
	410: {"resyncRequired", "Resync required."},
	412: {"UnknownError", "The precondition failed."},
	429: {"TooManyRequests", "Please retry again later."},
	500: {"InternalServerError", "An internal error occurred."},
	502: {"BadGateway", "Failed to execute backend request."},
	503: {"serviceNotAvailable", "Service unavailable"},
	504: {"UnknownError", "The gateway timed out."},
	507: {"quotaLimitReached", "The quota is exceeded."},
}
