// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {RulesHarness} from "../../../contracts/local/RulesHarness.sol";
import {RiskClass} from "../../../contracts/types/RiskTypes.sol";

/// @notice given the committed cases / when the rules apply or read them / they give what `oracle/rules` gives, to the bit.
/// @dev The file is written by scripts/generate/rule-vector-file.ts.
contract RuleVectorsTest is Test {
    uint256 private constant BATCH = 50;
    uint256 private constant RULE_RESULT_BYTES = 33;
    uint256 private constant READING_RESULT_BYTES = 37;
    uint256 private constant DIGEST_BYTES = 4;

    RulesHarness private _harness;

    function setUp() external {
        _harness = new RulesHarness();
    }

    function test_RulesMatchTypeScript() external view {
        (RiskClass[] memory classes, bytes memory cases, bytes memory digests, , ) = _decoded();
        uint256 caseBytes = _harness.RULE_CASE_BYTES();
        uint256 count = cases.length / caseBytes;
        assertGe(count, 1_000);
        for (uint256 from = 0; from < count; from += BATCH) {
            uint256 to = from + BATCH < count ? from + BATCH : count;
            bytes memory results = _harness.applyBatch(classes, _cut(cases, from * caseBytes, to * caseBytes));
            _requireEqual(results, RULE_RESULT_BYTES, digests, from);
        }
    }

    function test_ReadingsMatchTypeScript() external view {
        (RiskClass[] memory classes, , , bytes memory cases, bytes memory digests) = _decoded();
        uint256 caseBytes = _harness.READING_CASE_BYTES();
        uint256 count = cases.length / caseBytes;
        assertGe(count, 1_000);
        for (uint256 from = 0; from < count; from += BATCH) {
            uint256 to = from + BATCH < count ? from + BATCH : count;
            bytes memory results = _harness.readBatch(classes, _cut(cases, from * caseBytes, to * caseBytes));
            _requireEqual(results, READING_RESULT_BYTES, digests, from);
        }
    }

    function _decoded()
        private
        view
        returns (RiskClass[] memory, bytes memory, bytes memory, bytes memory, bytes memory)
    {
        bytes memory vectors = vm.readFileBinary("test/vectors/rules/rule-vectors.bin");
        return abi.decode(vectors, (RiskClass[], bytes, bytes, bytes, bytes));
    }

    function _requireEqual(bytes memory results, uint256 resultBytes, bytes memory digests, uint256 from) private pure {
        for (uint256 at = 0; at * resultBytes < results.length; ++at) {
            bytes32 actual = keccak256(_cut(results, at * resultBytes, (at + 1) * resultBytes));
            uint256 index = (from + at) * DIGEST_BYTES;
            bytes memory expected = _cut(digests, index, index + DIGEST_BYTES);
            assertEq(bytes4(actual), bytes4(expected), vm.toString(from + at));
        }
    }

    function _cut(bytes memory whole, uint256 from, uint256 to) private pure returns (bytes memory part) {
        require(from <= to && to <= whole.length, "cut outside");
        part = new bytes(to - from);
        assembly ("memory-safe") {
            mcopy(add(part, 0x20), add(add(whole, 0x20), from), sub(to, from))
        }
    }
}
