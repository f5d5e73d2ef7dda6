/** The HTTP servers of the application: addresses, limits, authentication, and answers to errors of a server itself. */
@NullMarked
package io.qbull.app.http;

import org.jspecify.annotations.NullMarked;
