#include "model/dns.h"

static const char *const type_names[] = {"A",   "AAAA",  "MX", "TXT",
                                         "PTR", "CNAME", "SRV"};
static const char *const outcome_names[] = {"temporary", "found", "nodata", "nxdomain"};

const char *const dns_security_names[DNS_SECURITIES] = {NULL, "bogus", "unchecked",
                                                        "insecure", "secure"};

static const Field question_fields[] = {
    SHAPE_TEXT(DnsQuestion, "name", name),
    SHAPE_ENUM(DnsQuestion, "type", type, type_names),
};
const Shape dns_question_shape = SHAPE_OF(DnsQuestion, question_fields);

static const Field record_fields[] = {
    SHAPE_TEXT(DnsRecord, "text", text),
    SHAPE_INT(DnsRecord, "preference", preference),
};
const Shape dns_record_shape = SHAPE_OF(DnsRecord, record_fields);

static const Field answer_fields[] = {
    SHAPE_ENUM(DnsAnswer, "outcome", outcome, outcome_names),
    SHAPE_LIST(DnsAnswer, "records", records, &dns_record_shape),
    SHAPE_ENUM(DnsAnswer, "security", security, dns_security_names),
};
const Shape dns_answer_shape = SHAPE_OF(DnsAnswer, answer_fields);

DnsAnswer *
dns_answer_new(DnsOutcome outcome)
{
    DnsAnswer *answer = shape_new(&dns_answer_shape);

    answer->outcome = outcome;
    return answer;
}

void
dns_answer_free(DnsAnswer *answer)
{
    shape_free(&dns_answer_shape, answer);
}
