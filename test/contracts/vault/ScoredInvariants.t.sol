// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {ScoredHandler} from "./ScoredHandler.sol";

/// @title What the campaign calls: the handler deploys a whole world, and is too large for the runner to recognise
contract ScoredDriver {
    ScoredHandler public immutable HANDLER = new ScoredHandler();

    constructor() {
        HANDLER.setUp();
    }

    function step(uint8 act, uint256 a, uint256 b, uint128 c) external {
        HANDLER.step(act, a, b, c);
    }
}

/// @title Rules of single positions under random calls, on the real oracle
contract ScoredInvariantsTest is Test {
    ScoredHandler private handler;

    function setUp() public {
        ScoredDriver driver = new ScoredDriver();
        handler = driver.HANDLER();
        targetContract(address(driver));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = ScoredDriver.step.selector;
        targetSelector(FuzzSelector(address(driver), selectors));
    }

    function invariant_12_13_14_15_16_17_18_20_22_25_NoCallBreaksItsRule() external view {
        assertEq(handler.broken(), "");
    }

    /// @dev A kind of call that fails half of the time tests little; ten tries are asked for.
    function afterInvariant() external view {
        for (uint256 act = 0; act < handler.ACTS(); ++act) {
            (uint256 tried, uint256 done) = (handler.tried(act), handler.done(act));
            string memory rate = string.concat(vm.toString(act), ": ", vm.toString(done), " of ", vm.toString(tried));
            // Flags need luck: most positions are healthy.
            if (tried >= 10 && act != uint256(ScoredHandler.Act.FLAG)) assertGe(done * 2, tried, rate);
        }
    }
}
