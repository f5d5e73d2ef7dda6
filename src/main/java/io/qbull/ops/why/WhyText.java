package io.qbull.ops.why;

import io.qbull.ops.why.Answer.Finding;

/** An answer for a terminal. */
public final class WhyText {
    private static final String END = System.lineSeparator();

    private WhyText() {}

    /**
     * @param answer to {@code why}
     * @return complete lines: each cause, and below it what to do
     */
    public static String of(Answer answer) {
        StringBuilder text = new StringBuilder();
        for (Finding finding : answer.findings()) {
            text.append(finding.text()).append(END);
            if (!finding.cause().advice().isEmpty()) {
                text.append("    ").append(finding.cause().advice()).append(END);
            }
        }
        if (answer.unexamined() > 0) {
            text.append(answer.unexamined())
                    .append(" more partitions have jobs; ask about one with --partition")
                    .append(END);
        }
        return text.toString();
    }
}
