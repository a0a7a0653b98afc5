/** A shared folder mounted with the fuse-native driver conforms, with the driver's exceptions. */
import { fuseNativeExceptions } from "../suites/conformance-exceptions-fuse-native.ts";
import { sessionTarget } from "../suites/conformance/session.ts";
import { describeConformance } from "../suites/conformance/suite.ts";

const target = sessionTarget("host", { guests: 0, driver: "fuse-native" });
describeConformance("the host's mount, with fuse-native", target, fuseNativeExceptions);
