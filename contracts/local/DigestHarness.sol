// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {RiskReport} from "../types/RiskTypes.sol";

/// @notice Asks an oracle for the digests of many reports in one call, for the test against TypeScript.
contract DigestHarness {
    function digests(IRiskOracle oracle, RiskReport[] calldata reports) external view returns (bytes32[] memory found) {
        found = new bytes32[](reports.length);
        for (uint256 index = 0; index < reports.length; ++index) found[index] = oracle.reportDigest(reports[index]);
    }
}
