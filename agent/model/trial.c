#include "model/trial.h"

static const char *const mechanism_names[] = {"spf", "dkim", "arc", "dmarc", "results"};

static const Field trial_fields[] = {
    SHAPE_ENUM(Trial, "mechanism", mechanism, mechanism_names),
    SHAPE_TEXT(Trial, "ip", ip),
    SHAPE_TEXT(Trial, "helo", helo),
    SHAPE_TEXT(Trial, "mail_from", mail_from),
    SHAPE_TEXT(Trial, "author", author),
    SHAPE_TEXTS(Trial, "dkim_domains", dkim_domains),
    SHAPE_TEXTS(Trial, "spf_domains", spf_domains),
};
const Shape trial_shape = SHAPE_OF(Trial, trial_fields);

static const Field property_fields[] = {
    SHAPE_TEXT(ResultProperty, "name", name),
    SHAPE_TEXT(ResultProperty, "value", value),
};
const Shape result_property_shape = SHAPE_OF(ResultProperty, property_fields);

static const Field method_fields[] = {
    SHAPE_TEXT(MethodResult, "method", method),
    SHAPE_INT(MethodResult, "method_version", method_version),
    SHAPE_TEXT(MethodResult, "result", result),
    SHAPE_TEXT(MethodResult, "reason", reason),
    SHAPE_LIST(MethodResult, "properties", properties, &result_property_shape),
};
const Shape method_result_shape = SHAPE_OF(MethodResult, method_fields);

static const Field header_fields[] = {
    SHAPE_TEXT(ResultsHeader, "authserv_id", authserv_id),
    SHAPE_INT(ResultsHeader, "version", version),
    SHAPE_LIST(ResultsHeader, "results", results, &method_result_shape),
    SHAPE_BOOL(ResultsHeader, "trusted", is_trusted),
    SHAPE_TEXT(ResultsHeader, "because", because),
};
const Shape results_header_shape = SHAPE_OF(ResultsHeader, header_fields);

static const Field report_fields[] = {
    SHAPE_ONE(TrialReport, "spf", spf, &spf_shape),
    SHAPE_LIST(TrialReport, "dkim", dkim, &dkim_shape),
    SHAPE_ONE(TrialReport, "arc", arc, &arc_shape),
    SHAPE_ONE(TrialReport, "dmarc", dmarc, &dmarc_shape),
    SHAPE_LIST(TrialReport, "results", results, &results_header_shape),
};
const Shape trial_report_shape = SHAPE_OF(TrialReport, report_fields);
