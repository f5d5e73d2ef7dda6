/** The HTTP servers of the application: addresses, limits, authentication and the errors that a server itself answers. */
@NullMarked
package io.qbull.app.http;

import org.jspecify.annotations.NullMarked;
