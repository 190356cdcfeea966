// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";

/// @notice Reads a position twice in one call, first with cold storage, then with warm; what each takes is in the trace.
contract ReadProbe {
    function maintenance(IRiskOracle oracle, address source, uint256 positionId) external view {
        oracle.maintenanceParams(source, positionId);
        oracle.maintenanceParams(source, positionId);
    }
}
