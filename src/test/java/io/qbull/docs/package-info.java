/** Tests of the documentation: its commands, examples, links, and what it says about settings and options. */
@NullMarked
package io.qbull.docs;

import org.jspecify.annotations.NullMarked;
